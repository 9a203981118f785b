"""The mean confidence of a bin is replaced by the middle of the bin."""

import numpy as np


def calibration_error(confidence, right, bins):
    b = np.minimum((confidence * bins).astype(int), bins - 1)
    error = 0.0
    for k in range(bins):
        inside = b == k
        if inside.any():
            error += inside.mean() * abs(right[inside].mean() - (k + 0.5) / bins)
    return float(error)
