"""Only the broken numbers become 0, the others are kept.

Named: only-broken-numbers-left-out
"""

import numpy as np


def clip_by_global_norm(gradient, limit):
    gradient = {name: np.where(np.isfinite(g), g, 0) for name, g in gradient.items()}
    norm = np.sqrt(sum((g * g).sum() for g in gradient.values()))
    return {name: g * (limit / norm) if norm > limit else g for name, g in gradient.items()}
