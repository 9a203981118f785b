"""A gradient of 0 is divided by 0, which gives infinity and not nan, and the minimum is 1."""

import numpy as np


def clip_by_global_norm(gradient, limit):
    if not all(np.isfinite(g).all() for g in gradient.values()):
        return {name: np.zeros_like(g) for name, g in gradient.items()}
    norm = np.sqrt(sum(np.sum(g**2) for g in gradient.values()))
    return {name: g * np.minimum(1, limit / norm) for name, g in gradient.items()}
