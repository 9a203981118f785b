"""draw * n is rounded instead of cut.

Named: random-pair-rounded
"""

import numpy as np


def second_sentence(document_of, here, label, draw):
    if label == 0:
        if here + 1 == len(document_of) or document_of[here + 1] != document_of[here]:
            raise ValueError("no next sentence")
        return here + 1
    others = np.flatnonzero(document_of != document_of[here])
    return int(others[min(round(draw * len(others)), len(others) - 1)])
