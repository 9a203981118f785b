"""gelu(x W1) + b1: the first bias is added behind the gelu."""

import math

import numpy as np


def gelu(x):
    return 0.5 * x * (1 + np.vectorize(math.erf, otypes=[float])(x / math.sqrt(2)))


def feed_forward(x, in_kernel, in_bias, out_kernel, out_bias):
    return (gelu(x @ in_kernel) + in_bias) @ out_kernel + out_bias
