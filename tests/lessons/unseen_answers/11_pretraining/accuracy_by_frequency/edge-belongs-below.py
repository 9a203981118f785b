"""searchsorted with side left: a count that equals an edge falls into the band below."""

import numpy as np


def accuracy_by_frequency(guesses, labels, counts, edges):
    asked = labels != -100
    g, y = guesses[asked], labels[asked]
    band = np.searchsorted(edges, counts[y])
    n = np.zeros(len(edges) + 1, int)
    right = np.zeros(len(edges) + 1)
    np.add.at(n, band, 1)
    np.add.at(right, band, g == y)
    return right / np.maximum(n, 1), n
