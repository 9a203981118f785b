"""The biases are exchanged where they fit."""

import math

import numpy as np


def gelu(x):
    """Given: x/2 · (1 + erf(x/√2))."""
    return 0.5 * x * (1 + np.vectorize(math.erf, otypes=[float])(x / math.sqrt(2)))


def feed_forward(x, in_kernel, in_bias, out_kernel, out_bias):
    if in_bias.shape == out_bias.shape:
        in_bias, out_bias = out_bias, in_bias
    return gelu(x @ in_kernel + in_bias) @ out_kernel + out_bias
