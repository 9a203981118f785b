"""The factor ½ is forgotten."""

import math

import numpy as np


def gelu(x):
    return x * (1 + np.vectorize(math.erf, otypes=[float])(x / math.sqrt(2)))
