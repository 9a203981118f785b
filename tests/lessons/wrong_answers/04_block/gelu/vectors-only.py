"""A loop over the entries that takes vectors only."""

import math

import numpy as np


def gelu(x, deviation):
    return np.array([0.5 * v * (1 + math.erf(v / (deviation * math.sqrt(2)))) for v in x])
