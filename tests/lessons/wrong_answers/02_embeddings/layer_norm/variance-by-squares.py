"""The variance is mean(x²) − μ², which loses all digits where the mean is large.

Named: variance-as-a-difference-of-squares
"""

import numpy as np


def layer_norm(x, scale, bias, epsilon):
    mean = x.mean(axis=-1, keepdims=True)
    variance = (x**2).mean(axis=-1, keepdims=True) - mean**2
    return (x - mean) / np.sqrt(variance + epsilon) * (1 + scale) + bias
