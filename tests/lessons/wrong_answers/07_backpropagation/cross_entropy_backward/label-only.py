"""Only the right class gets a gradient.

Named: gradient-of-the-right-class-alone
"""

import numpy as np


def cross_entropy_backward(logits, labels, weights):
    e = np.exp(logits - logits.max(axis=-1, keepdims=True))
    p = e / e.sum(axis=-1, keepdims=True)
    right = np.eye(logits.shape[1])[labels]
    return right * (p - 1) * weights[:, None] / weights.sum()
