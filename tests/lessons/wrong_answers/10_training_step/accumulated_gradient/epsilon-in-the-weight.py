"""1e-8 is added to each weight.

Named: small-number-added-to-the-weight
"""

import numpy as np


def accumulated_gradient(gradients, weights):
    total = np.zeros(next(iter(gradients.values())).shape[1])
    for name, gradient in gradients.items():
        weight = weights[name].sum()
        if True:
            total = total + gradient.sum(axis=0) / (weight + 1e-8)
    return total
