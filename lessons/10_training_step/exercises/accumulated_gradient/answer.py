import numpy as np


def accumulated_gradient(
    gradients: dict[str, np.ndarray], weights: dict[str, np.ndarray]
) -> np.ndarray:
    """Add up, then divide once."""
    total = 0.0
    for name, gradient in gradients.items():
        weight = max(np.sum(weights[name]), 1)
        total = total + np.sum(gradient, axis=0) / weight
    return total
