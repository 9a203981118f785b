"""A list of losses for the words and one for the pairs."""

import numpy as np


def pretraining_loss(prediction_logits, labels, pair_logits, pair_labels):
    words, pairs = [], []
    for z, y in zip(
        prediction_logits.reshape(-1, prediction_logits.shape[-1]), labels.ravel(), strict=True
    ):
        if y >= 0:
            words.append(float(np.logaddexp.reduce(z) - z[y]))
    for z, y in zip(pair_logits, pair_labels, strict=True):
        pairs.append(float(np.logaddexp(0.0, z[1 - y] - z[y])))
    word_loss = sum(words) / len(words) if words else 0.0
    pair_loss = sum(pairs) / len(pairs)
    return word_loss + pair_loss, word_loss, pair_loss
