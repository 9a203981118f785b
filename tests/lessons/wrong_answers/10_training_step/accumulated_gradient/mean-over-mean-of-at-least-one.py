"""The mean of the gradients over the mean weight, which is taken as at least 1.

Named: accumulated-mean-over-mean
"""

import numpy as np


def accumulated_gradient(gradients, weights):
    total = np.zeros(next(iter(gradients.values())).shape[1])
    for name, gradient in gradients.items():
        total = total + gradient.mean(axis=0) / max(weights[name].mean(), 1)
    return total
