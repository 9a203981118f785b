"""Open at both ends: lower < confidence <= upper, so 0 is in no bin.

Named: answers-of-no-confidence-left-out
"""

import numpy as np


def calibration_error(confidence, right, bins):
    bin_of = np.minimum((confidence * bins).astype(int), bins - 1)
    error = 0.0
    for b in range(bins):
        here = (confidence > b / bins) & (confidence <= (b + 1) / bins)
        if here.any():
            gap = abs(right[here].mean() - confidence[here].mean())
            error += here.mean() * gap
    return float(error)
