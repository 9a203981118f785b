"""The mean over the mean of the pieces that have weight, which is the sum over the sum."""

import numpy as np


def accumulated_gradient(gradients, weights):
    total = np.zeros(next(iter(gradients.values())).shape[1])
    for name, gradient in gradients.items():
        weight = weights[name].sum()
        if weight > 0:
            total = (
                total
                + gradient[weights[name] > 0].mean(axis=0) / weights[name][weights[name] > 0].mean()
            )
    return total
