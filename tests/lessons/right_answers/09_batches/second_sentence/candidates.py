"""Candidates of both labels by list comprehensions."""

import math


def second_sentence(document_of, here, label, draw):
    home = document_of[here]
    if label:
        away = [i for i, d in enumerate(document_of) if d != home]
    else:
        away = [i for i in (here + 1,) if i < document_of.size and document_of[i] == home]
        draw = 0
        if not away:
            raise ValueError("A is the last sentence of its document")
    return away[math.floor(draw * len(away))]
