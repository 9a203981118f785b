"""The vector is divided by the root of its mean square; the mean stays.

Named: mean-left-in
"""

import numpy as np


def layer_norm(x, scale, bias, epsilon):
    return x / np.sqrt((x**2).mean(axis=-1, keepdims=True) + epsilon) * (1 + scale) + bias
