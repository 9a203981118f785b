"""The longest stretch whose tokens all occur in a document.

Named: overlap-of-known-tokens
"""

import numpy as np


def longest_overlap(sample, documents):
    best, where = 0, 0
    for document in documents:
        n = 0
        for i, known in enumerate(np.isin(sample, document)):
            n = n + 1 if known else 0
            if n > best:
                best, where = n, i - n + 1
    return best, where
