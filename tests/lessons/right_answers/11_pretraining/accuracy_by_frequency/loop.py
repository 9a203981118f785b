"""A loop over the questions."""

import numpy as np


def accuracy_by_frequency(guesses, labels, counts, edges):
    right, size = np.zeros(len(edges) + 1), np.zeros(len(edges) + 1, np.int64)
    for guess, label in zip(guesses, labels):
        if label != -100:
            band = int((np.asarray(edges) <= counts[label]).sum())
            size[band] += 1
            right[band] += guess == label
    for band in range(len(size)):
        if size[band]:
            right[band] /= size[band]
    return right, size
