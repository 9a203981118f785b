"""The loss of every row."""

import numpy as np


def cross_entropy_backward(logits, labels, weights):
    z = logits - logits.max(axis=-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    return -np.eye(logits.shape[1])[labels] * log_p * weights[:, None] / weights.sum()
