"""Only the end of the whole list is refused, not that of the document.

Named: true-pair-across-two-documents
"""

import numpy as np


def second_sentence(document_of, here, label, draw):
    if label == 0:
        if here + 1 == len(document_of):
            raise ValueError("no next sentence")
        return here + 1
    others = np.flatnonzero(document_of != document_of[here])
    return int(others[int(draw * len(others))])
