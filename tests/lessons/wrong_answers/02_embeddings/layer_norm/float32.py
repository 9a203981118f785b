"""Everything is computed in float32."""

import numpy as np


def layer_norm(x, scale, bias, epsilon):
    x = x.astype(np.float32)
    mean = x.mean(axis=-1, keepdims=True)
    variance = x.var(axis=-1, keepdims=True)
    return ((x - mean) / np.sqrt(variance + epsilon) * (1 + scale) + bias).astype(np.float64)
