"""The sum of the devices' means.

Named: devices-means-summed
"""

import numpy as np


def data_parallel_gradient(theta, x, y, weight):
    error = x @ theta - y
    gradient = np.einsum("dr,drf->df", 2 * weight * error, x)
    total = (gradient / weight.sum(axis=1, keepdims=True)).sum(axis=0)
    return np.tile(total, (len(x), 1))
