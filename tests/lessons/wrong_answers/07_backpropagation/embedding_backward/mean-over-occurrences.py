"""The mean over the occurrences.

Named: repeated-ids-averaged
"""

import numpy as np


def embedding_backward(dy, ids, rows):
    dtable = np.zeros((rows, dy.shape[-1]))
    np.add.at(dtable, ids, dy)
    counts = np.bincount(ids.ravel(), minlength=rows)
    return dtable / np.maximum(counts, 1)[:, None]
