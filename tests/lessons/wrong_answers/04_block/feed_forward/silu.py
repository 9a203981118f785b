"""SiLU in place of GELU.

Named: silu-in-the-network
"""

import numpy as np


def feed_forward(x, in_kernel, in_bias, out_kernel, out_bias):
    u = x @ in_kernel + in_bias
    return u / (1 + np.exp(-u)) @ out_kernel + out_bias
