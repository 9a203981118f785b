import numpy as np


def clip_by_global_norm(gradient: dict[str, np.ndarray], limit: float) -> dict[str, np.ndarray]:
    """One factor for all arrays, or nothing at all."""
    if not all(np.all(np.isfinite(g)) for g in gradient.values()):
        return {name: np.zeros_like(g) for name, g in gradient.items()}
    norm = np.sqrt(sum(np.sum(g**2) for g in gradient.values()))
    factor = limit / norm if norm > limit else 1.0
    return {name: g * factor for name, g in gradient.items()}
