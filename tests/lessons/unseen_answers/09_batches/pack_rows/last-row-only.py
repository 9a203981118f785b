"""A sequence is laid into the last row or a new one: rows before are not looked at again (next fit)."""

import numpy as np


def pack_rows(sizes, length):
    rows = []
    for size in sizes:
        if not rows or sum(rows[-1]) + size > length:
            rows.append([])
        rows[-1].append(int(size))
    ids = np.zeros((len(rows), length), int)
    places = np.zeros((len(rows), length), int)
    starts = []
    for r, row in enumerate(rows):
        at, begun = 0, []
        for k, size in enumerate(row):
            ids[r, at : at + size] = k + 1
            places[r, at : at + size] = np.arange(size)
            begun.append(at)
            at += size
        starts.append(begun)
    return ids, places, starts
