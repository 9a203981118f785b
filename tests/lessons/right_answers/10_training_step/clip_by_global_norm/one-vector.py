"""All arrays as one vector, and a maximum in the denominator."""

import numpy as np


def clip_by_global_norm(gradient, limit):
    vector = np.concatenate([np.ravel(g) for g in gradient.values()])
    length = np.sqrt(vector @ vector)
    return {name: np.divide(g * limit, max(length, limit)) for name, g in gradient.items()}
