"""The largest logit of the whole batch is taken off.

Named: one-maximum-on-the-way-back
"""

import numpy as np


def cross_entropy_backward(logits, labels, weights):
    e = np.exp(logits - logits.max())
    p = e / e.sum(axis=-1, keepdims=True)
    p[np.arange(len(labels)), labels] -= 1
    return p * weights[:, None] / weights.sum()
