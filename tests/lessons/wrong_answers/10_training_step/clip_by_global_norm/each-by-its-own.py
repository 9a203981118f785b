"""Every array by its own norm.

Named: clipped-array-by-array
"""

import numpy as np


def clip_by_global_norm(gradient, limit):
    if not all(np.isfinite(g).all() for g in gradient.values()):
        return {name: np.zeros_like(g) for name, g in gradient.items()}
    result = {}
    for name, g in gradient.items():
        norm = np.linalg.norm(g)
        result[name] = g * min(1, limit / norm) if norm > 0 else g
    return result
