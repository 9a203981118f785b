"""The gaps are added with their signs and then the absolute value is taken.

Named: too-sure-and-too-modest-cancel
"""

import numpy as np


def calibration_error(confidence, right, bins):
    bin_of = np.minimum((confidence * bins).astype(int), bins - 1)
    error = 0.0
    for b in range(bins):
        here = bin_of == b
        if here.any():
            gap = right[here].mean() - confidence[here].mean()
            error += here.mean() * gap
    return float(abs(error))
