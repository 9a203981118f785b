"""The transposed second kernel is the first, and the other way round."""

import math

import numpy as np


def gelu(x):
    """Given: x/2 · (1 + erf(x/√2))."""
    return 0.5 * x * (1 + np.vectorize(math.erf, otypes=[float])(x / math.sqrt(2)))


def feed_forward(x, in_kernel, in_bias, out_kernel, out_bias):
    return gelu(x @ out_kernel.T + in_bias) @ in_kernel.T + out_bias
