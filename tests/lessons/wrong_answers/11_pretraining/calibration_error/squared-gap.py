"""The root of the mean squared gap.

Named: gaps-squared
"""

import numpy as np


def calibration_error(confidence, right, bins):
    bin_of = np.minimum((confidence * bins).astype(int), bins - 1)
    error = 0.0
    for b in range(bins):
        here = bin_of == b
        if here.any():
            gap = abs(right[here].mean() - confidence[here].mean())
            error += here.mean() * gap**2
    return float(np.sqrt(error))
