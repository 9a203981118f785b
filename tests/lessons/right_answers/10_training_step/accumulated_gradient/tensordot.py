"""With a matrix product for the sum and a division that is skipped."""

import numpy as np


def accumulated_gradient(gradients, weights):
    parts = []
    for name in sorted(weights):
        total = np.ones(len(weights[name])) @ gradients[name]
        weight = np.full_like(total, np.sum(weights[name]))
        parts.append(np.divide(total, weight, out=np.zeros_like(total), where=weight != 0))
    return np.add.reduce(parts)
