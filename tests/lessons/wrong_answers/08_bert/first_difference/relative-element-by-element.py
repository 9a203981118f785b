"""The largest relative error of an entry instead of the largest error over the largest entry.

Named: relative-number-by-number
"""

import numpy as np


def first_difference(ours, theirs, tolerance):
    if len(ours) != len(theirs):
        raise ValueError("another number of layers")
    largest = 0.0
    for layer, (a, b) in enumerate(zip(ours, theirs)):
        if a.shape != b.shape:
            raise ValueError("another shape")
        error = np.max(np.abs(a - b) / np.abs(b))
        if not error <= tolerance:
            return layer, float(error)
        largest = max(largest, error)
    return -1, float(largest)
