"""x is divided by 2 within erf, not by √2.

Named: erf-divided-by-two
"""

import math

import numpy as np


def gelu(x, deviation):
    return 0.5 * x * (1 + np.vectorize(math.erf, otypes=[float])(x / (2 * deviation)))
