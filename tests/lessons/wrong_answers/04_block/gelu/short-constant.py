"""1.414 in place of √2.

Named: erf-with-a-short-root-of-two
"""

import math

import numpy as np


def gelu(x, deviation):
    return 0.5 * x * (1 + np.vectorize(math.erf, otypes=[float])(x / (deviation * 1.414)))
