"""Divided by all questions.

Named: share-of-all-questions
"""

import numpy as np


def accuracy_by_frequency(guesses, labels, counts, edges):
    asked = labels >= 0
    guesses, labels = guesses[asked], labels[asked]
    bands = len(edges) + 1
    band = np.searchsorted(edges, counts[labels], side="right")
    size = np.bincount(band, minlength=bands)
    right = np.bincount(band[guesses == labels], minlength=bands)
    return right / max(len(labels), 1), size
