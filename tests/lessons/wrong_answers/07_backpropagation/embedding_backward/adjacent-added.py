"""Only equal ids beside each other are added up.

Named: only-neighbours-added-up
"""

import numpy as np


def embedding_backward(dy, ids, rows):
    flat, gradients = ids.ravel(), dy.reshape(-1, dy.shape[-1])
    dtable = np.zeros((rows, dy.shape[-1]))
    for i, w in enumerate(flat):
        beside = i > 0 and flat[i - 1] == w
        dtable[w] = dtable[w] + gradients[i] if beside else gradients[i]
    return dtable
