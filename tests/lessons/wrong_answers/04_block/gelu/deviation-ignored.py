"""The deviation is always 1.

Named: deviation-ignored
"""

import math

import numpy as np


def gelu(x, deviation):
    return 0.5 * x * (1 + np.vectorize(math.erf, otypes=[float])(x / math.sqrt(2)))
