"""A count that equals an edge falls into the band below.

Named: edge-in-the-lower-band
"""

import numpy as np


def accuracy_by_frequency(guesses, labels, counts, edges):
    asked = labels >= 0
    guesses, labels = guesses[asked], labels[asked]
    bands = len(edges) + 1
    band = np.searchsorted(edges, counts[labels], side="left")
    size = np.bincount(band, minlength=bands)
    right = np.bincount(band[guesses == labels], minlength=bands)
    return right / np.maximum(size, 1), size
