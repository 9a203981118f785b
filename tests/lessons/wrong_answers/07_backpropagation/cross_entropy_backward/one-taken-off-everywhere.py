"""1 is taken off whole columns: those of all labels.

Named: right-classes-of-all-rows
"""

import numpy as np


def cross_entropy_backward(logits, labels, weights):
    e = np.exp(logits - logits.max(axis=-1, keepdims=True))
    p = e / e.sum(axis=-1, keepdims=True)
    p[:, labels] -= 1
    return p * weights[:, None] / weights.sum()
