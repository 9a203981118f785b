"""Bins by rounding.

Named: bins-rounded
"""

import numpy as np


def calibration_error(confidence, right, bins):
    bin_of = np.minimum(np.round(confidence * bins).astype(int), bins - 1)
    error = 0.0
    for b in range(bins):
        here = bin_of == b
        if here.any():
            gap = abs(right[here].mean() - confidence[here].mean())
            error += here.mean() * gap
    return float(error)
