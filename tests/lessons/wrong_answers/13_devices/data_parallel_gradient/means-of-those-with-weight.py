"""The mean of the means of devices that have examples.

Named: mean-of-the-devices-means
"""

import numpy as np


def data_parallel_gradient(theta, x, y, weight):
    error = x @ theta - y
    gradient = np.einsum("dr,drf->df", 2 * weight * error, x)
    own = weight.sum(axis=1, keepdims=True)
    total = (gradient / np.maximum(own, 1)).sum(axis=0) / (own > 0).sum()
    return np.tile(total, (len(x), 1))
