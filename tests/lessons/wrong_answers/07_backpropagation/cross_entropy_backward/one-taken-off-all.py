"""1 is taken off at every class.

Named: one-taken-off-every-class
"""

import numpy as np


def cross_entropy_backward(logits, labels, weights):
    e = np.exp(logits - logits.max(axis=-1, keepdims=True))
    p = e / e.sum(axis=-1, keepdims=True)
    return (p - 1) * weights[:, None] / weights.sum()
