"""Only the array that has an infinite number or a nan becomes 0; the rest is clipped and kept."""

import numpy as np


def clip_by_global_norm(gradient, limit):
    clean = {k: g if np.isfinite(g).all() else np.zeros_like(g) for k, g in gradient.items()}
    norm = np.sqrt(sum((g**2).sum() for g in clean.values()))
    factor = min(1.0, limit / norm) if norm > 0 else 1.0
    return {k: g * factor for k, g in clean.items()}
