"""A gradient with nan or infinity is clipped like any other.

Named: overflow-passed-on
"""

import numpy as np


def clip_by_global_norm(gradient, limit):
    norm = np.sqrt(sum((g * g).sum() for g in gradient.values()))
    return {name: g * (limit / norm) if norm > limit else g for name, g in gradient.items()}
