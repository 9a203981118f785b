"""The temperature is not used.

Named: temperature-ignored
"""

import numpy as np


def class_probabilities(pooled, kernel, bias, temperature):
    y = pooled @ kernel + bias
    e = np.exp(y - y.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)
