"""Only the first occurrence of the token in a document is tried.

Named: overlap-at-the-first-place-only
"""

import numpy as np


def longest_overlap(sample, documents):
    best, where = 0, 0
    for i in range(len(sample)):
        for document in documents:
            for j in np.flatnonzero(document == sample[i])[:1]:
                n = 0
                while (
                    i + n < len(sample)
                    and j + n < len(document)
                    and sample[i + n] == document[j + n]
                ):
                    n += 1
                if n > best:
                    best, where = n, i
    return best, where
