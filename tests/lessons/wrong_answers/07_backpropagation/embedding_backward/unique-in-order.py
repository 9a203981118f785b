"""The sums are written in the order of the ids that occur, not at their rows.

Named: rows-in-the-order-of-unique
"""

import numpy as np


def embedding_backward(dy, ids, rows):
    _, place = np.unique(ids, return_inverse=True)
    dtable = np.zeros((rows, dy.shape[-1]))
    np.add.at(dtable, place.reshape(ids.shape), dy)
    return dtable
