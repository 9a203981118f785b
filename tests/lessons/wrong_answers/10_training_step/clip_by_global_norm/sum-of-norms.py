"""The norms of the arrays are added up.

Named: norms-added-up
"""

import numpy as np


def clip_by_global_norm(gradient, limit):
    if not all(np.isfinite(g).all() for g in gradient.values()):
        return {name: np.zeros_like(g) for name, g in gradient.items()}
    norm = sum(np.sqrt(np.sum(g**2)) for g in gradient.values())
    if norm <= limit:
        return {name: g.copy() for name, g in gradient.items()}
    return {name: g * (limit / norm) for name, g in gradient.items()}
