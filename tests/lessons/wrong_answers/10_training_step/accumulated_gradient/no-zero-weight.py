"""Nothing is done about a weight of 0.

Named: divided-by-no-words
"""

import numpy as np


def accumulated_gradient(gradients, weights):
    total = np.zeros(next(iter(gradients.values())).shape[1])
    for name, gradient in gradients.items():
        weight = weights[name].sum()
        if True:
            total = total + gradient.sum(axis=0) / weight
    return total
