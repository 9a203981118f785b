"""Retrieval baseline: the answer that belongs to the most similar known text.

    G(a) = all n-grams of the characters of a, n = 1, 2, 3
    s(a, b) = |G(a) ∩ G(b)| / |G(a) ∪ G(b)|                  Jaccard 1901

Of equally similar texts the first is taken.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

ORDERS = (1, 2, 3)


def grams(text: str) -> set[str]:
    """G: all character n-grams of a text."""
    return {text[at : at + n] for n in ORDERS for at in range(len(text) - n + 1)}


class Nearest:
    """Finds the most similar of known texts.

    Args:
        texts: the known texts.
    """

    def __init__(self, texts: Sequence[str]):
        places: dict[str, list[int]] = defaultdict(list)
        for number, text in enumerate(texts):
            for gram in grams(text):
                places[gram].append(number)
        self.places = {gram: np.array(numbers) for gram, numbers in places.items()}
        self.sizes = np.array([len(grams(text)) for text in texts])

    def __call__(self, text: str) -> int:
        """The number of the most similar text."""
        of_text = grams(text)
        shared = np.zeros(len(self.sizes))
        for gram in of_text & self.places.keys():
            shared[self.places[gram]] += 1
        either = self.sizes + len(of_text) - shared
        return int(np.argmax(shared / np.maximum(either, 1)))
