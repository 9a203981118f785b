"""A label of -100 is taken as the 100th piece from the end.

Named: unasked-places-in-the-bands
"""

import numpy as np


def accuracy_by_frequency(guesses, labels, counts, edges):
    asked = labels < len(counts)
    guesses, labels = guesses[asked], labels[asked]
    bands = len(edges) + 1
    band = np.searchsorted(edges, counts[labels], side="right")
    size = np.bincount(band, minlength=bands)
    right = np.bincount(band[guesses == labels], minlength=bands)
    return right / np.maximum(size, 1), size
