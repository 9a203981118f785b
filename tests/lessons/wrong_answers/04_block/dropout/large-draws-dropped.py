"""An entry is dropped where its draw is above p."""

import numpy as np


def dropout(x, uniform, rate, training):
    if not training:
        return x
    return np.where(uniform > rate, 0.0, x / (1 - rate))
