"""The mean of |right - confidence| of the answers.

Named: calibration-answer-by-answer
"""

import numpy as np


def calibration_error(confidence, right, bins):
    bin_of = np.minimum((confidence * bins).astype(int), bins - 1)
    error = 0.0
    for b in range(bins):
        here = bin_of == b
        if here.any():
            gap = np.abs(right[here] - confidence[here]).mean()
            error += here.mean() * gap
    return float(error)
