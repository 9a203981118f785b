"""The longest common subsequence, with gaps."""

import numpy as np


def longest_overlap(sample, documents):
    best, where = 0, 0
    for document in documents:
        table = np.zeros((len(sample) + 1, len(document) + 1), int)
        for i in range(len(sample) - 1, -1, -1):
            for j in range(len(document) - 1, -1, -1):
                if sample[i] == document[j]:
                    table[i, j] = table[i + 1, j + 1] + 1
                else:
                    table[i, j] = max(table[i + 1, j], table[i, j + 1])
        if table[0, 0] > best:
            best = int(table[0, 0])
            where = int(np.flatnonzero(np.isin(sample, document))[0])
    return best, where
