"""Every array by its own norm."""

import numpy as np


def clip_by_global_norm(gradient, limit):
    result = {}
    for name, g in gradient.items():
        norm = np.linalg.norm(g)
        result[name] = g * min(1, limit / norm) if norm > 0 else g
    return result
