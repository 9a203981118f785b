"""The standard library's normal distribution, entry by entry."""

from statistics import NormalDist

import numpy as np


def gelu(x, deviation):
    flat = [float(v) * NormalDist(0, deviation).cdf(float(v)) for v in np.ravel(x)]
    return np.reshape(np.array(flat, dtype=np.float64), np.shape(x))
