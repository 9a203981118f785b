"""The sum is in float32.

Named: gradients-added-in-float32
"""

import numpy as np


def embedding_backward(dy, ids, rows):
    dtable = np.zeros((rows, dy.shape[-1]), dtype=np.float32)
    np.add.at(dtable, ids, dy)
    return dtable.astype(np.float64)
