"""The smallest logit is taken off.

Named: head-with-the-smallest-taken-off
"""

import numpy as np


def class_probabilities(pooled, kernel, bias, temperature):
    y = (pooled @ kernel + bias) / temperature
    e = np.exp(y - y.min(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)
