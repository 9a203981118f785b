"""The sum begins with whole numbers, which are returned where nothing was asked.

Named: whole-zeros
"""

import numpy as np


def accumulated_gradient(gradients, weights):
    total = np.zeros(next(iter(gradients.values())).shape[1], dtype=int)
    for name, gradient in gradients.items():
        weight = weights[name].sum()
        if weight > 0:
            total = total + gradient.sum(axis=0) / weight
    return total
