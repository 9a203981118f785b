"""A loop over the flat entries."""

import numpy as np


def dropout(x, uniform, rate, training):
    if not training:
        return x.copy()
    flat, draws = x.ravel(), uniform.ravel()
    kept = [0.0 if draws[i] < rate else flat[i] / (1.0 - rate) for i in range(flat.size)]
    return np.array(kept, dtype=float).reshape(x.shape)
