"""The gradient is divided by the number of tokens.

Named: gradients-by-number-of-tokens
"""

import numpy as np


def embedding_backward(dy, ids, rows):
    dtable = np.zeros((rows, dy.shape[-1]))
    np.add.at(dtable, ids, dy / ids.size)
    return dtable
