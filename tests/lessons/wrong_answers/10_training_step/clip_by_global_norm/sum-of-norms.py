"""The norms of the arrays are added up."""

import numpy as np


def clip_by_global_norm(gradient, limit):
    norm = sum(np.sqrt(np.sum(g**2)) for g in gradient.values())
    if norm <= limit:
        return {name: g.copy() for name, g in gradient.items()}
    return {name: g * (limit / norm) for name, g in gradient.items()}
