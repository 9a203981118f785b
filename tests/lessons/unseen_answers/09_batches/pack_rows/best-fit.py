"""Each sequence goes into the row that is fullest afterwards."""

import numpy as np


def pack_rows(sizes, length):
    rows, used = [], []
    for size in sizes:
        fitting = [r for r in range(len(rows)) if used[r] + size <= length]
        if fitting:
            r = max(fitting, key=lambda r: used[r])
        else:
            r = len(rows)
            rows.append([])
            used.append(0)
        rows[r].append((used[r], int(size)))
        used[r] += int(size)
    ids = np.zeros((len(rows), length), int)
    places = np.zeros((len(rows), length), int)
    for r, row in enumerate(rows):
        for k, (at, size) in enumerate(row, 1):
            ids[r, at : at + size] = k
            places[r, at : at + size] = range(size)
    return ids, places, [[at for at, _ in row] for row in rows]
