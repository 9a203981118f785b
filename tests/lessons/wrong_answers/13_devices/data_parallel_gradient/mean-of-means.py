"""The mean of the devices' means.

Named: mean-of-the-devices-means
"""

import numpy as np


def data_parallel_gradient(theta, x, y, weight):
    error = x @ theta - y
    gradient = np.einsum("dr,drf->df", 2 * weight * error, x)
    total = (gradient / weight.sum(axis=1, keepdims=True)).mean(axis=0)
    return np.tile(total, (len(x), 1))
