"""The inner vector is normalised before the second layer."""

import math

import numpy as np


def gelu(x):
    """Given: x/2 · (1 + erf(x/√2))."""
    return 0.5 * x * (1 + np.vectorize(math.erf, otypes=[float])(x / math.sqrt(2)))


def feed_forward(x, in_kernel, in_bias, out_kernel, out_bias):
    u = gelu(x @ in_kernel + in_bias)
    u = (u - u.mean(-1, keepdims=True)) / u.std(-1, keepdims=True)
    return u @ out_kernel + out_bias
