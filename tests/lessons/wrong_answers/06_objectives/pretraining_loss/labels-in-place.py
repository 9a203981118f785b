"""Labels of −100 are overwritten with 0 in place.

Named: labels-overwritten
"""

import numpy as np


def log_sum_exp(z):
    """log Σ exp z over the last axis, finite for any z. Given: use it."""
    m = np.max(z, axis=-1, keepdims=True)
    return (m + np.log(np.sum(np.exp(z - m), axis=-1, keepdims=True)))[..., 0]


def pretraining_loss(prediction_logits, labels, pair_logits, pair_labels):
    has = labels != -100
    labels[~has] = 0
    right = np.take_along_axis(prediction_logits, labels[..., None], axis=-1)[..., 0]
    words = ((log_sum_exp(prediction_logits) - right) * has).sum() / max(has.sum(), 1)
    chosen = pair_logits[np.arange(len(pair_labels)), pair_labels]
    pairs = (log_sum_exp(pair_logits) - chosen).mean()
    return words + pairs, words, pairs
