import numpy as np


def top_p_probabilities(logits: np.ndarray, temperature: float, mass: float) -> np.ndarray:
    """Keep those before which the mass is not reached yet."""
    scaled = logits / temperature
    p = np.exp(scaled - np.max(scaled))
    p = p / np.sum(p)
    order = np.argsort(-p, kind="stable")
    before = np.cumsum(p[order]) - p[order]
    kept = order[before < mass]
    result = np.zeros_like(p)
    result[kept] = p[kept]
    return result / np.sum(result)
