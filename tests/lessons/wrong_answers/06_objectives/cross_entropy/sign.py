"""The sign is wrong."""

import numpy as np


def cross_entropy(logits, labels, weights):
    z = logits - logits.max(axis=-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    right = np.take_along_axis(log_p, labels[..., None], axis=-1)[..., 0]
    return (weights * right).sum(), weights.sum()
