"""log Σ exp(z_c − z_y) by logaddexp, with a one-hot label."""

import numpy as np


def cross_entropy(logits, labels, weights):
    logits = np.moveaxis(logits, 0, -1)
    classes = logits.shape[-1]
    z, y, w = logits.reshape(-1, classes), labels.reshape(-1), weights.reshape(-1)
    total = 0.0
    for row, label, weight in zip(z, y, w, strict=True):
        total += weight * np.logaddexp.reduce(row - row[label])
    return total, float(np.add.reduce(w))
