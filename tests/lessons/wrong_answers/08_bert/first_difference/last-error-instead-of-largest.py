"""Where no layer differs the error of the last layer is returned.

Named: last-error-for-the-largest
"""

import numpy as np


def first_difference(ours, theirs, tolerance):
    if len(ours) != len(theirs):
        raise ValueError("another number of layers")
    largest = 0.0
    for layer, (a, b) in enumerate(zip(ours, theirs)):
        if a.shape != b.shape:
            raise ValueError("another shape")
        error = np.max(np.abs(a - b)) / np.max(np.abs(b))
        if not error <= tolerance:
            return layer, float(error)
        largest = error
    return -1, float(largest)
