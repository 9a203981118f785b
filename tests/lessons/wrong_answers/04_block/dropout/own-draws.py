"""Random numbers of its own in place of the given ones.

Named: dropout-of-its-own-draws
"""

import numpy as np


def dropout(x, uniform, rate, training):
    if not training:
        return x
    return x * (np.random.default_rng(0).random(x.shape) >= rate) / (1 - rate)
