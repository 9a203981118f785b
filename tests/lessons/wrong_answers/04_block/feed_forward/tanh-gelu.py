"""GELU by its tanh approximation.

Named: tanh-in-the-network
"""

import numpy as np


def feed_forward(x, in_kernel, in_bias, out_kernel, out_bias):
    u = x @ in_kernel + in_bias
    u = 0.5 * u * (1 + np.tanh(np.sqrt(2 / np.pi) * (u + 0.044715 * u**3)))
    return u @ out_kernel + out_bias
