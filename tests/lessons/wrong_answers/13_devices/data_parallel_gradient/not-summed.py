"""Every device keeps its own gradient.

Named: only-the-weights-are-summed
"""

import numpy as np


def data_parallel_gradient(theta, x, y, weight):
    error = x @ theta - y
    gradient = np.einsum("dr,drf->df", 2 * weight * error, x)
    total = gradient.sum(axis=0) / weight.sum()
    return gradient / weight.sum()
