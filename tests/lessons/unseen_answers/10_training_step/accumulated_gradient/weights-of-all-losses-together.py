"""The sums of both losses are divided by the weights of both together."""

import numpy as np


def accumulated_gradient(gradients, weights):
    total = sum(g.sum(axis=0) for g in gradients.values())
    n = sum(w.sum() for w in weights.values())
    return total / n if n else np.zeros_like(total)
