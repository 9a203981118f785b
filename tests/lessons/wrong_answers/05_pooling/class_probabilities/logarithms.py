"""The result is the logarithm of the probabilities."""

import numpy as np


def class_probabilities(pooled, kernel, bias):
    y = pooled @ kernel + bias
    y = y - y.max(axis=-1, keepdims=True)
    return y - np.log(np.exp(y).sum(axis=-1, keepdims=True))
