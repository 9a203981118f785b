"""q as a matrix, minus its product with logits, plus log-sum-exp."""

import numpy as np


def smoothed_loss(logits, labels, epsilon):
    classes = logits.shape[-1]
    z, y = logits.reshape(-1, classes), labels.ravel()
    q = np.eye(classes)[np.where(y == -100, 0, y)] * (1 - epsilon) + epsilon / classes
    losses = np.logaddexp.reduce(z, axis=1) - np.einsum("nc,nc->n", q, z)
    return np.average(losses.reshape(labels.shape), axis=1, weights=labels != -100)
