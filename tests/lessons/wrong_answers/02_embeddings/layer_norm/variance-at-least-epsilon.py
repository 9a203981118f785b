"""The variance is raised to ε where it is below, ε is not added."""

import numpy as np


def layer_norm(x, scale, bias, epsilon):
    mean = x.mean(axis=-1, keepdims=True)
    variance = x.var(axis=-1, keepdims=True)
    return (x - mean) / np.sqrt(np.maximum(variance, epsilon)) * scale + bias
