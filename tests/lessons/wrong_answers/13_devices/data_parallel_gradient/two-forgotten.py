"""The factor 2 is missing.

Named: gradient-without-its-two
"""

import numpy as np


def data_parallel_gradient(theta, x, y, weight):
    error = x @ theta - y
    gradient = np.einsum("dr,drf->df", weight * error, x)
    total = gradient.sum(axis=0) / weight.sum()
    return np.tile(total, (len(x), 1))
