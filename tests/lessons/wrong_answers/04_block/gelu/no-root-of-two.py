"""x goes into erf without the division by √2.

Named: erf-without-the-root-of-two
"""

import math

import numpy as np


def gelu(x, deviation):
    return 0.5 * x * (1 + np.vectorize(math.erf, otypes=[float])(x / deviation))
