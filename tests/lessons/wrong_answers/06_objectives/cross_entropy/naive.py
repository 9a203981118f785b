"""Nothing is taken off before the exponentials."""

import numpy as np


def cross_entropy(logits, labels, weights):
    log_sum = np.log(np.exp(logits).sum(axis=-1))
    right = np.take_along_axis(logits, labels[..., None], axis=-1)[..., 0]
    return (weights * (log_sum - right)).sum(), weights.sum()
