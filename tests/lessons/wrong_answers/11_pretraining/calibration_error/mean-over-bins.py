"""The gaps are averaged over the bins instead of the answers.

Named: bins-averaged
"""

import numpy as np


def calibration_error(confidence, right, bins):
    bin_of = np.minimum((confidence * bins).astype(int), bins - 1)
    error = 0.0
    for b in range(bins):
        here = bin_of == b
        if here.any():
            gap = abs(right[here].mean() - confidence[here].mean())
            error += gap / bins
    return float(error)
