"""Shapes that broadcast are accepted.

Named: shapes-that-broadcast
"""

import numpy as np


def first_difference(ours, theirs, tolerance):
    if len(ours) != len(theirs):
        raise ValueError("another number of layers")
    largest = 0.0
    for layer, (a, b) in enumerate(zip(ours, theirs)):
        if a.ndim != b.ndim:
            raise ValueError("another shape")
        error = np.max(np.abs(a - b)) / np.max(np.abs(b))
        if not error <= tolerance:
            return layer, float(error)
        largest = max(largest, error)
    return -1, float(largest)
