"""Fills the arrays at once and counts with cumulative sums."""

import numpy as np


def pack_rows(sizes, length):
    free, starts, ids, places = [], [], [], []
    for size in np.asarray(sizes).tolist():
        fitting = [r for r in range(len(free)) if free[r] >= size] or [len(free)]
        r = fitting[0]
        if r == len(free):
            free.append(length)
            starts.append([])
            ids.append([])
            places.append([])
        starts[r].append(length - free[r])
        ids[r] += [len(starts[r])] * size
        places[r] += range(size)
        free[r] -= size
    fill = [[0] * count for count in free]
    shape = (len(free), length)
    return (
        np.array([a + b for a, b in zip(ids, fill)], int).reshape(shape),
        np.array([a + b for a, b in zip(places, fill)], int).reshape(shape),
        starts,
    )
