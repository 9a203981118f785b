"""With two axes of rows each text has a dW and a db of its own.

Named: each-text-its-own-gradients
"""

import numpy as np


def linear_backward(dy, x, kernel):
    return dy @ kernel.T, np.swapaxes(x, -1, -2) @ dy, dy.sum(axis=-2)
