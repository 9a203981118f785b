"""The mean of the pieces' means.

Named: pieces-means-with-nothing-in-them
"""

import numpy as np


def accumulated_gradient(gradients, weights):
    total = np.zeros(next(iter(gradients.values())).shape[1])
    for name, gradient in gradients.items():
        weight = weights[name].sum()
        if weight > 0:
            total = total + (gradient / weights[name][:, None]).mean(axis=0)
    return total
