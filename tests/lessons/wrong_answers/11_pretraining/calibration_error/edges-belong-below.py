"""An edge belongs to the bin below it.

Named: edge-in-the-lower-bin
"""

import numpy as np


def calibration_error(confidence, right, bins):
    bin_of = np.maximum(np.ceil(confidence * bins).astype(int) - 1, 0)
    error = 0.0
    for b in range(bins):
        here = bin_of == b
        if here.any():
            gap = abs(right[here].mean() - confidence[here].mean())
            error += here.mean() * gap
    return float(error)
