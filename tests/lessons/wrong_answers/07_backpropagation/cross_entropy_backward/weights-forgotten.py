"""Rows without a label get a gradient too.

Named: weights-forgotten-on-the-way-back
"""

import numpy as np


def cross_entropy_backward(logits, labels, weights):
    e = np.exp(logits - logits.max(axis=-1, keepdims=True))
    p = e / e.sum(axis=-1, keepdims=True)
    p[np.arange(len(labels)), labels] -= 1
    return p / weights.sum()
