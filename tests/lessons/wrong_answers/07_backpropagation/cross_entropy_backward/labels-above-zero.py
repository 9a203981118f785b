"""Rows with label 0 get no gradient.

Named: class-zero-without-a-gradient
"""

import numpy as np


def cross_entropy_backward(logits, labels, weights):
    weights = weights * (labels > 0)
    e = np.exp(logits - logits.max(axis=-1, keepdims=True))
    p = e / e.sum(axis=-1, keepdims=True)
    p[np.arange(len(labels)), labels] -= 1
    return p * weights[:, None] / max(weights.sum(), 1)
