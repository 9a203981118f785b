"""db is one number for all.

Named: bias-gradient-one-number
"""

import numpy as np


def linear_backward(dy, x, kernel):
    rows_x, rows_dy = x.reshape(-1, x.shape[-1]), dy.reshape(-1, dy.shape[-1])
    return dy @ kernel.T, rows_x.T @ rows_dy, np.full(dy.shape[-1], dy.sum())
