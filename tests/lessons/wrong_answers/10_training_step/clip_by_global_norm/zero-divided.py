"""A gradient of 0 is divided by 0."""

import numpy as np


def clip_by_global_norm(gradient, limit):
    norm = np.sqrt(sum(np.sum(g**2) for g in gradient.values()))
    return {name: g * np.minimum(1, limit / norm) for name, g in gradient.items()}
