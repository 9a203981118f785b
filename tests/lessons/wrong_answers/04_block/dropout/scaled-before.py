"""Everything is scaled also where nothing is trained.

Named: dropout-scaled-when-used
"""

import numpy as np


def dropout(x, uniform, rate, training):
    x = x / (1 - rate)
    return np.where(uniform < rate, 0.0, x) if training else x
