"""The number of layers is not compared: zip ends with the shorter one.

Named: missing-layers-pass
"""

import numpy as np


def first_difference(ours, theirs, tolerance):
    largest = 0.0
    for layer, (a, b) in enumerate(zip(ours, theirs)):
        if a.shape != b.shape:
            raise ValueError("another shape")
        error = np.max(np.abs(a - b)) / np.max(np.abs(b))
        if not error <= tolerance:
            return layer, float(error)
        largest = max(largest, error)
    return -1, float(largest)
