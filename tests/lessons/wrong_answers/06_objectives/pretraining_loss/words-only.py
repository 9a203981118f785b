"""L is the loss of the words.

Named: loss-of-the-words-alone
"""

import numpy as np


def log_sum_exp(z):
    """log Σ exp z over the last axis, finite for any z. Given: use it."""
    m = np.max(z, axis=-1, keepdims=True)
    return (m + np.log(np.sum(np.exp(z - m), axis=-1, keepdims=True)))[..., 0]


def pretraining_loss(prediction_logits, labels, pair_logits, pair_labels):
    def losses(z, y):
        return log_sum_exp(z) - np.take_along_axis(z, y[..., None], axis=-1)[..., 0]

    has = labels != -100
    words = (losses(prediction_logits, np.where(has, labels, 0)) * has).sum() / max(has.sum(), 1)
    pairs = losses(pair_logits, pair_labels).mean()
    return words, words, pairs
