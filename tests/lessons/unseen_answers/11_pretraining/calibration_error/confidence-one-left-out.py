"""np.digitize puts confidence 1 into a bin of its own behind the last, which the loop does not visit."""

import numpy as np


def calibration_error(confidence, right, bins):
    b = np.floor(confidence * bins).astype(int)
    error = 0.0
    for k in range(bins):
        inside = b == k
        if inside.sum():
            error += inside.sum() * abs(right[inside].mean() - confidence[inside].mean())
    return error / len(confidence)
