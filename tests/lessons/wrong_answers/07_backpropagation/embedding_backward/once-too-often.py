"""Each occurrence is added as often as its id occurs.

Named: occurrences-counted-twice
"""

import numpy as np


def embedding_backward(dy, ids, rows):
    counts = np.bincount(ids.ravel(), minlength=rows)
    dtable = np.zeros((rows, dy.shape[-1]))
    np.add.at(dtable, ids, dy * counts[ids][..., None])
    return dtable
