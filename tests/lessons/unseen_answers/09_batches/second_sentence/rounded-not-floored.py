"""Number round(draw · (n − 1)) of the candidates: the first and last are half as likely."""

import numpy as np


def second_sentence(document_of, here, label, draw):
    if label == 0:
        if here + 1 == len(document_of) or document_of[here + 1] != document_of[here]:
            raise ValueError("last sentence")
        return here + 1
    candidates = np.flatnonzero(document_of != document_of[here])
    return int(candidates[round(draw * (len(candidates) - 1))])
