"""The pair loss is the mean over those pairs with label 1."""

import numpy as np


def log_sum_exp(z):
    m = np.max(z, axis=-1, keepdims=True)
    return (m + np.log(np.sum(np.exp(z - m), axis=-1, keepdims=True)))[..., 0]


def pretraining_loss(prediction_logits, labels, pair_logits, pair_labels):
    asked = labels != -100
    z, y = prediction_logits[asked], labels[asked]
    words = 0.0
    if len(y):
        words = float((log_sum_exp(z) - z[np.arange(len(y)), y]).mean())
    each = log_sum_exp(pair_logits) - pair_logits[:, 1]
    n = max(pair_labels.sum(), 1)
    pairs = float((each * pair_labels).sum() / n)
    return words + pairs, words, pairs
