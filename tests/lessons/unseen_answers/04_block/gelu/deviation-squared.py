"""Divided by the variance: erf(x / (σ² √2))."""

import math

import numpy as np


def gelu(x, deviation):
    erf = np.vectorize(math.erf, otypes=[float])
    return x / 2 * (1 + erf(x / (deviation**2 * math.sqrt(2))))
