"""The variance is divided by hidden − 1.

Named: unbiased-deviation
"""

import numpy as np


def layer_norm(x, scale, bias, epsilon):
    mean = x.mean(axis=-1, keepdims=True)
    variance = x.var(axis=-1, keepdims=True, ddof=1)
    return (x - mean) / np.sqrt(variance + epsilon) * (1 + scale) + bias
