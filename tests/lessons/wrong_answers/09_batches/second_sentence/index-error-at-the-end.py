"""The last sentence of all raises IndexError.

Named: no-end-of-the-last-document
"""

import numpy as np


def second_sentence(document_of, here, label, draw):
    if label == 0:
        if document_of[here + 1] != document_of[here]:
            raise ValueError("no next sentence")
        return here + 1
    others = np.flatnonzero(document_of != document_of[here])
    return int(others[int(draw * len(others))])
