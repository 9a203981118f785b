"""The right logit is found by counting rows, for matrices only."""

import numpy as np


def cross_entropy(logits, labels, weights):
    logits = np.moveaxis(logits, 0, -1)
    top = logits.max(axis=-1, keepdims=True)
    log_sum = np.log(np.exp(logits - top).sum(axis=-1)) + top[..., 0]
    right = logits[np.arange(len(labels)), labels]
    return (weights * (log_sum - right)).sum(), weights.sum()
