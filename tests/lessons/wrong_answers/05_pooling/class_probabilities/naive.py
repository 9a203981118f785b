"""The largest logit is not taken off.

Named: head-softmax-overflows
"""

import numpy as np


def class_probabilities(pooled, kernel, bias, temperature):
    e = np.exp((pooled @ kernel + bias) / temperature)
    return e / e.sum(axis=-1, keepdims=True)
