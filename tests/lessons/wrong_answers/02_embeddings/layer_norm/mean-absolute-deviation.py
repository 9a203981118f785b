"""The mean absolute deviation in place of the root of the variance."""

import numpy as np


def layer_norm(x, scale, bias, epsilon):
    centered = x - x.mean(axis=-1, keepdims=True)
    return centered / (np.abs(centered).mean(axis=-1, keepdims=True) + epsilon) * (1 + scale) + bias
