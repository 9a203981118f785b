"""The last occurrence of an id is kept.

Named: repeated-ids-overwritten
"""

import numpy as np


def embedding_backward(dy, ids, rows):
    dtable = np.zeros((rows, dy.shape[-1]))
    dtable[ids] = dy
    return dtable
