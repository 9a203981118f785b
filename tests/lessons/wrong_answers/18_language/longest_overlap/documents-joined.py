"""A stretch may reach from one document into the next.

Named: overlap-over-the-ends-of-documents
"""

import numpy as np


def longest_overlap(sample, documents):
    documents = [np.concatenate(documents)] if documents else []
    best, where = 0, 0
    for i in range(len(sample)):
        for document in documents:
            for j in range(len(document)):
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
