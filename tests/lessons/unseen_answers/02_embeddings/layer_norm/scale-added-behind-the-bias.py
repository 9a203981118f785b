"""Written as (x̂ + β)(1 + γ): the bias is scaled as well."""

import numpy as np


def layer_norm(x, scale, bias, epsilon):
    mean = x.mean(-1, keepdims=True)
    variance = ((x - mean) ** 2).mean(-1, keepdims=True)
    return ((x - mean) / np.sqrt(variance + epsilon) + bias) * (1 + scale)
