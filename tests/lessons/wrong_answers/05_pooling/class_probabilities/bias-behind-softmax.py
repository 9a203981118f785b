"""The bias is added to the probabilities."""

import numpy as np


def class_probabilities(pooled, kernel, bias):
    y = pooled @ kernel
    e = np.exp(y - y.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True) + bias
