"""Divided by the weights of all losses together.

Named: both-losses-divided-by-one-weight
"""

import numpy as np


def accumulated_gradient(gradients, weights):
    total = np.zeros(next(iter(gradients.values())).shape[1])
    for name, gradient in gradients.items():
        weight = sum(w.sum() for w in weights.values())
        if weight > 0:
            total = total + gradient.sum(axis=0) / weight
    return total
