"""Weights are in the divisor only.

Named: weights-in-the-divisor-only
"""

import numpy as np


def data_parallel_gradient(theta, x, y, weight):
    error = x @ theta - y
    gradient = np.einsum("dr,drf->df", 2 * error, x)
    total = gradient.sum(axis=0) / weight.sum()
    return np.tile(total, (len(x), 1))
