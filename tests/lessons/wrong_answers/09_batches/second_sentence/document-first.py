"""First a document is drawn, then a sentence of it: sentences of short documents are likelier.

Named: document-drawn-before-the-sentence
"""

import numpy as np


def second_sentence(document_of, here, label, draw):
    if label == 0:
        if here + 1 >= len(document_of) or document_of[here + 1] != document_of[here]:
            raise ValueError
        return here + 1
    documents = [d for d in dict.fromkeys(document_of.tolist()) if d != document_of[here]]
    number = draw * len(documents)
    sentences = np.flatnonzero(document_of == documents[int(number)])
    return int(sentences[int((number - int(number)) * len(sentences))])
