"""The table has as many rows as the largest id says.

Named: as-many-rows-as-ids-need
"""

import numpy as np


def embedding_backward(dy, ids, rows):
    dtable = np.zeros((ids.max() + 1, dy.shape[-1]))
    np.add.at(dtable, ids, dy)
    return dtable
