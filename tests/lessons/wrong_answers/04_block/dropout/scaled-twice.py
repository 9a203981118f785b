"""What stays is divided by 1 − p twice.

Named: dropout-rescaled-doubly
"""

import numpy as np


def dropout(x, uniform, rate, training):
    if training:
        x = np.where(uniform < rate, 0, x / (1 - rate))
        return x / (1 - rate)
    return x
