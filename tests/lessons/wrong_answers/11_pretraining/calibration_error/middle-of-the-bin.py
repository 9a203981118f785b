"""The middle of the bin instead of the mean confidence.

Named: middle-of-the-bin
"""

import numpy as np


def calibration_error(confidence, right, bins):
    bin_of = np.minimum((confidence * bins).astype(int), bins - 1)
    error = 0.0
    for b in range(bins):
        here = bin_of == b
        if here.any():
            gap = abs(right[here].mean() - (b + 0.5) / bins)
            error += here.mean() * gap
    return float(error)
