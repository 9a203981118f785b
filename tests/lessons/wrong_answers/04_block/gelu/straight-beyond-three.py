"""Beyond ±3 it is taken to be x or 0.

Named: straight-far-from-zero
"""

import math

import numpy as np


def gelu(x, deviation):
    y = 0.5 * x * (1 + np.vectorize(math.erf, otypes=[float])(x / (deviation * math.sqrt(2))))
    return np.where(x > 3, x, np.where(x < -3, 0.0, y))
