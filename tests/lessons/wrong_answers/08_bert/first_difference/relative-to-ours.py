"""The error is relative to our state instead of theirs.

Named: divided-by-our-own-numbers
"""

import numpy as np


def first_difference(ours, theirs, tolerance):
    if len(ours) != len(theirs):
        raise ValueError("another number of layers")
    largest = 0.0
    for layer, (a, b) in enumerate(zip(ours, theirs)):
        if a.shape != b.shape:
            raise ValueError("another shape")
        error = np.max(np.abs(a - b)) / np.max(np.abs(a))
        if not error <= tolerance:
            return layer, float(error)
        largest = max(largest, error)
    return -1, float(largest)
