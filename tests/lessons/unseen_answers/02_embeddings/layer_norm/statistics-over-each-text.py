"""Mean and variance are taken over all axes but the first: over a text, not over a vector."""

import numpy as np


def layer_norm(x, scale, bias, epsilon):
    axes = tuple(range(1, x.ndim)) or (0,)
    mean = x.mean(axes, keepdims=True)
    variance = x.var(axes, keepdims=True)
    return (x - mean) / np.sqrt(variance + epsilon) * (1 + scale) + bias
