"""Products with transposed arrays, which fit matrices only."""

import math

import numpy as np


def gelu(x):
    """Given: x/2 · (1 + erf(x/√2))."""
    return 0.5 * x * (1 + np.vectorize(math.erf, otypes=[float])(x / math.sqrt(2)))


def feed_forward(x, in_kernel, in_bias, out_kernel, out_bias):
    u = gelu((in_kernel.T @ x.T).T + in_bias)
    return (out_kernel.T @ u.T).T + out_bias
