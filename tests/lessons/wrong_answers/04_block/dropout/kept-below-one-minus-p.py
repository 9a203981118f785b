"""An entry is kept where its draw is below 1 − p.

Named: dropout-kept-below-one-minus-p
"""

import numpy as np


def dropout(x, uniform, rate, training):
    if not training:
        return x
    return np.where(uniform < 1 - rate, x / (1 - rate), 0.0)
