"""Mean and variance are taken over axis 1, which is the last one for matrices only.

Named: norm-over-the-second-axis
"""

import numpy as np


def layer_norm(x, scale, bias, epsilon):
    axis = 1 if x.ndim > 1 else 0
    mean = x.mean(axis=axis, keepdims=True)
    variance = x.var(axis=axis, keepdims=True)
    return (x - mean) / np.sqrt(variance + epsilon) * (1 + scale) + bias
