"""The mean is taken off in place."""

import numpy as np


def layer_norm(x, scale, bias, epsilon):
    x -= x.mean(axis=-1, keepdims=True)
    return x / np.sqrt((x**2).mean(axis=-1, keepdims=True) + epsilon) * (1 + scale) + bias
