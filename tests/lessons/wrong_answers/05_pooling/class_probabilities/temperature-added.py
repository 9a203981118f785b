"""The temperature is added to the logits.

Named: temperature-ignored
"""

import numpy as np


def class_probabilities(pooled, kernel, bias, temperature):
    y = pooled @ kernel + bias + temperature
    e = np.exp(y - y.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)
