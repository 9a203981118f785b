"""The softmax runs over the rows.

Named: softmax-over-the-rows-on-the-way-back
"""

import numpy as np


def cross_entropy_backward(logits, labels, weights):
    e = np.exp(logits - logits.max(axis=0, keepdims=True))
    p = e / e.sum(axis=0, keepdims=True)
    p[np.arange(len(labels)), labels] -= 1
    return p * weights[:, None] / weights.sum()
