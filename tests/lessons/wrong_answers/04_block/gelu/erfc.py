"""erfc in place of 1 + erf: the curve is mirrored.

Named: gelu-mirrored
"""

import math

import numpy as np


def gelu(x, deviation):
    return 0.5 * x * np.vectorize(math.erfc, otypes=[float])(x / (deviation * math.sqrt(2)))
