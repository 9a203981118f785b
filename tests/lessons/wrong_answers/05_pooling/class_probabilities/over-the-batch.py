"""The probabilities of a class add up to 1 over the texts."""

import numpy as np


def class_probabilities(pooled, kernel, bias):
    y = pooled @ kernel + bias
    e = np.exp(y - y.max(axis=0, keepdims=True))
    return e / e.sum(axis=0, keepdims=True)
