"""The bias is forgotten.

Named: bias-left-out
"""

import numpy as np


def layer_norm(x, scale, bias, epsilon):
    mean = x.mean(axis=-1, keepdims=True)
    return (x - mean) / np.sqrt(x.var(axis=-1, keepdims=True) + epsilon) * (1 + scale)
