"""Entries are clipped one by one.

Named: clipped-by-value
"""

import numpy as np


def clip_by_global_norm(gradient, limit):
    if not all(np.isfinite(g).all() for g in gradient.values()):
        return {name: np.zeros_like(g) for name, g in gradient.items()}
    return {name: np.clip(g, -limit, limit) for name, g in gradient.items()}
