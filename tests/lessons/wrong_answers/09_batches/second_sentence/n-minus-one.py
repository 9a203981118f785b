"""draw is multiplied by n - 1: the last one is never chosen.

Named: random-pair-never-the-last
"""

import numpy as np


def second_sentence(document_of, here, label, draw):
    if label == 0:
        if here + 1 == len(document_of) or document_of[here + 1] != document_of[here]:
            raise ValueError("no next sentence")
        return here + 1
    others = np.flatnonzero(document_of != document_of[here])
    return int(others[int(draw * (len(others) - 1))])
