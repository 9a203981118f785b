"""What can be had by looking up: the answer to the most similar text that is known.

    G(a) = all n-grams of the characters of a, n = 1, 2, 3
    s(a, b) = |G(a) ∩ G(b)| / |G(a) ∪ G(b)|                  Jaccard 1901

Of texts that are equally similar the first is taken.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

ORDERS = (1, 2, 3)


def grams(text: str) -> set[str]:
    """G."""
    return {text[at : at + n] for n in ORDERS for at in range(len(text) - n + 1)}


class Nearest:
    """Looks for the most similar of some texts.

    Args:
        texts: that are known.
    """

    def __init__(self, texts: Sequence[str]):
        places: dict[str, list[int]] = defaultdict(list)
        for number, text in enumerate(texts):
            for gram in grams(text):
                places[gram].append(number)
        self.places = {gram: np.array(found) for gram, found in places.items()}
        self.sizes = np.array([len(grams(text)) for text in texts])

    def __call__(self, text: str) -> int:
        """The place of the nearest."""
        own = grams(text)
        shared = np.zeros(len(self.sizes))
        for gram in own & self.places.keys():
            shared[self.places[gram]] += 1
        either = self.sizes + len(own) - shared
        return int(np.argmax(shared / np.maximum(either, 1)))
