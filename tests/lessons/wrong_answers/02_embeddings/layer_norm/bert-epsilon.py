"""ε is always 1e-12.

Named: epsilon-always-that-of-bert
"""

import numpy as np


def layer_norm(x, scale, bias, epsilon):
    mean = x.mean(axis=-1, keepdims=True)
    variance = x.var(axis=-1, keepdims=True)
    return (x - mean) / np.sqrt(variance + 1e-12) * (1 + scale) + bias
