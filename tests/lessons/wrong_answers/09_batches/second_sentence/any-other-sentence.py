"""Of all other sentences, those of the same document included.

Named: random-pair-of-other-sentences
"""

import numpy as np


def second_sentence(document_of, here, label, draw):
    if label == 0:
        if here + 1 == len(document_of) or document_of[here + 1] != document_of[here]:
            raise ValueError("no next sentence")
        return here + 1
    others = np.flatnonzero(np.arange(len(document_of)) != here)
    return int(others[int(draw * len(others))])
