"""The word loss is a mean over each text's words, and then over the texts that have some."""

import numpy as np


def log_sum_exp(z):
    m = np.max(z, axis=-1, keepdims=True)
    return (m + np.log(np.sum(np.exp(z - m), axis=-1, keepdims=True)))[..., 0]


def pretraining_loss(prediction_logits, labels, pair_logits, pair_labels):
    asked = labels != -100
    y = np.where(asked, labels, 0)
    each = log_sum_exp(prediction_logits)
    each = each - np.take_along_axis(prediction_logits, y[..., None], -1)[..., 0]
    means = [each[b][asked[b]].mean() for b in range(len(labels)) if asked[b].any()]
    words = float(np.mean(means)) if means else 0.0
    pairs = log_sum_exp(pair_logits) - pair_logits[np.arange(len(pair_labels)), pair_labels]
    pairs = float(pairs.mean())
    return words + pairs, words, pairs
