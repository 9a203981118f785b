"""The variance is raised to ε where it is below, ε is not added.

Named: epsilon-as-the-least-variance
"""

import numpy as np


def layer_norm(x, scale, bias, epsilon):
    mean = x.mean(axis=-1, keepdims=True)
    variance = x.var(axis=-1, keepdims=True)
    return (x - mean) / np.sqrt(np.maximum(variance, epsilon)) * (1 + scale) + bias
