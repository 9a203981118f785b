"""Mean and variance are taken over all tokens of a text.

Named: norm-over-the-text
"""

import numpy as np


def layer_norm(x, scale, bias, epsilon):
    axes = tuple(range(1, x.ndim)) if x.ndim > 1 else -1
    mean = x.mean(axis=axes, keepdims=True)
    variance = x.var(axis=axes, keepdims=True)
    return (x - mean) / np.sqrt(variance + epsilon) * (1 + scale) + bias
