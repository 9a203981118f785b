"""The largest logit of all texts is taken off.

Named: head-with-one-maximum-for-all
"""

import numpy as np


def class_probabilities(pooled, kernel, bias, temperature):
    y = (pooled @ kernel + bias) / temperature
    e = np.exp(y - y.max())
    return e / e.sum(axis=-1, keepdims=True)
