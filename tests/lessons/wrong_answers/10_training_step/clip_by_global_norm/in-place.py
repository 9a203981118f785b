"""The arrays are changed in place.

Named: clipped-in-place
"""

import numpy as np


def clip_by_global_norm(gradient, limit):
    if not all(np.isfinite(g).all() for g in gradient.values()):
        return {name: np.zeros_like(g) for name, g in gradient.items()}
    norm = np.sqrt(sum(np.sum(g**2) for g in gradient.values()))
    if norm <= limit:
        return {name: g.copy() for name, g in gradient.items()}
    for g in gradient.values():
        g *= limit / norm
    return gradient
