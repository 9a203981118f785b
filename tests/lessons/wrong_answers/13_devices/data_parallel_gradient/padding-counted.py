"""Divided by the number of rows, padding included.

Named: rows-counted-instead-of-weights
"""

import numpy as np


def data_parallel_gradient(theta, x, y, weight):
    error = x @ theta - y
    gradient = np.einsum("dr,drf->df", 2 * weight * error, x)
    total = gradient.sum(axis=0) / weight.size
    return np.tile(total, (len(x), 1))
