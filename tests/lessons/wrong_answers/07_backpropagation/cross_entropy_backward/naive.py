"""The largest logit is not taken off.

Named: overflow-on-the-way-back
"""

import numpy as np


def cross_entropy_backward(logits, labels, weights):
    e = np.exp(logits)
    p = e / e.sum(axis=-1, keepdims=True)
    p[np.arange(len(labels)), labels] -= 1
    return p * weights[:, None] / weights.sum()
