"""x goes into erf without the division by √2."""

import math

import numpy as np


def gelu(x):
    return 0.5 * x * (1 + np.vectorize(math.erf, otypes=[float])(x))
