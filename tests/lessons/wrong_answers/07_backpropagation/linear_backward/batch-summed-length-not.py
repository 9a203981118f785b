"""Two axes of rows at most: with three, dW keeps an axis.

Named: two-axes-of-rows-at-most
"""

import numpy as np


def linear_backward(dy, x, kernel):
    dw = np.swapaxes(x, -1, -2) @ dy
    if x.ndim > 2:
        dw = dw.sum(axis=0)
    rows = (0, 1) if x.ndim > 2 else 0
    return dy @ kernel.T, dw, dy.sum(axis=rows)
