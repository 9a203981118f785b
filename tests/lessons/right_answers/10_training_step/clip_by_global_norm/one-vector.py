"""All arrays as one vector, and a maximum in the denominator."""

import numpy as np


def clip_by_global_norm(gradient, limit):
    if not all(np.isfinite(g).all() for g in gradient.values()):
        return {name: np.zeros_like(g) for name, g in gradient.items()}
    vector = np.concatenate([np.ravel(g) for g in gradient.values()])
    length = np.sqrt(vector @ vector)
    return {name: np.divide(g * limit, max(length, limit)) for name, g in gradient.items()}
