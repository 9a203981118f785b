"""The band is that of the guessed piece."""

import numpy as np


def accuracy_by_frequency(guesses, labels, counts, edges):
    asked = labels != -100
    g, y = guesses[asked], labels[asked]
    band = np.searchsorted(edges, counts[g], side="right")
    n = np.bincount(band, minlength=len(edges) + 1)
    right = np.bincount(band, weights=g == y, minlength=len(edges) + 1)
    return np.divide(right, n, out=np.zeros(len(n)), where=n > 0), n
