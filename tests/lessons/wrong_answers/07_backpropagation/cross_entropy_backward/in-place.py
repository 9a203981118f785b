"""The logits are overwritten."""

import numpy as np


def cross_entropy_backward(logits, labels, weights):
    logits -= logits.max(axis=-1, keepdims=True)
    np.exp(logits, out=logits)
    logits /= logits.sum(axis=-1, keepdims=True)
    logits[np.arange(len(labels)), labels] -= 1
    return logits * weights[:, None] / weights.sum()
