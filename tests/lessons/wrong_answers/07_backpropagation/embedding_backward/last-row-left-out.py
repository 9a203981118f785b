"""The last row of the table is forgotten.

Named: last-row-without-a-gradient
"""

import numpy as np


def embedding_backward(dy, ids, rows):
    dtable = np.zeros((rows, dy.shape[-1]))
    for w in range(rows - 1):
        dtable[w] = dy[ids == w].sum(axis=0)
    return dtable
