"""Nothing is scaled while training; when the model is used everything is multiplied by 1 − p.

Named: dropout-of-2014
"""

import numpy as np


def dropout(x, uniform, rate, training):
    if not training:
        return x * (1 - rate)
    return np.where(uniform < rate, 0.0, x)
