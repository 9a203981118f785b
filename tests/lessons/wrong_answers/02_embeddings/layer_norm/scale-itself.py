"""The scale is γ itself, as in BERT.

Named: scale-for-its-distance-from-one
"""

import numpy as np


def layer_norm(x, scale, bias, epsilon):
    mean = x.mean(axis=-1, keepdims=True)
    variance = x.var(axis=-1, keepdims=True)
    return (x - mean) / np.sqrt(variance + epsilon) * scale + bias
