"""A sequence that exactly fills a row is not laid there.

Named: a-row-is-never-quite-full
"""

import numpy as np


def pack_rows(sizes, length):
    rows = []
    for size in sizes:
        for row in rows:
            if sum(row) + size < length:
                row.append(int(size))
                break
        else:
            rows.append([int(size)])
    sequence_ids = np.zeros((len(rows), length), int)
    position_ids = np.zeros((len(rows), length), int)
    starts = []
    for r, row in enumerate(rows):
        at = 0
        starts.append([])
        for k, size in enumerate(row):
            sequence_ids[r, at : at + size] = k + 1
            position_ids[r, at : at + size] = np.arange(size)
            starts[-1].append(at)
            at += size
    return sequence_ids, position_ids, starts
