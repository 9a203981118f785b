"""The smallest logit is taken off.

Named: smallest-taken-off-on-the-way-back
"""

import numpy as np


def cross_entropy_backward(logits, labels, weights):
    e = np.exp(logits - logits.min(axis=-1, keepdims=True))
    p = e / e.sum(axis=-1, keepdims=True)
    p[np.arange(len(labels)), labels] -= 1
    return p * weights[:, None] / weights.sum()
