"""Draws are rounded to 0 or 1 in place of being compared with the rate.

Named: dropout-by-rounded-draws
"""

import numpy as np


def dropout(x, uniform, rate, training):
    if not training:
        return x
    return x * np.round(uniform) / (1 - rate)
