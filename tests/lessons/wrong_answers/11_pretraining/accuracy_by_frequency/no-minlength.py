"""Empty bands at the end are missing.

Named: last-bands-missing
"""

import numpy as np


def accuracy_by_frequency(guesses, labels, counts, edges):
    asked = labels >= 0
    guesses, labels = guesses[asked], labels[asked]
    bands = len(edges) + 1
    band = np.searchsorted(edges, counts[labels], side="right")
    size = np.bincount(band)
    right = np.bincount(band[guesses == labels], minlength=len(size))
    return right / np.maximum(size, 1), size
