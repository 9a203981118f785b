"""An entry whose draw equals the rate is dropped as well.

Named: dropout-at-the-rate-too
"""

import numpy as np


def dropout(x, uniform, rate, training):
    if not training:
        return x
    return np.where(uniform > rate, x / (1 - rate), 0.0)
