"""The sum of the gradients is a mean over the devices.

Named: devices-gradients-averaged-before
"""

import numpy as np


def data_parallel_gradient(theta, x, y, weight):
    error = x @ theta - y
    gradient = np.einsum("dr,drf->df", 2 * weight * error, x)
    total = gradient.mean(axis=0) / weight.sum()
    return np.tile(total, (len(x), 1))
