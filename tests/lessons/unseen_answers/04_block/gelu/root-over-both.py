"""erf(x / √(2σ)): the deviation has slipped under the root."""

import math

import numpy as np


def gelu(x, deviation):
    return x / 2 * (1 + np.vectorize(math.erf, otypes=[float])(x / np.sqrt(2 * deviation)))
