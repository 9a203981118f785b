import numpy as np


def data_parallel_gradient(
    theta: np.ndarray, x: np.ndarray, y: np.ndarray, weight: np.ndarray
) -> np.ndarray:
    """Sums and weights over all devices, divided once."""
    errors = x @ theta - y
    sums = 2 * np.einsum("dr,dr,drf->df", weight, errors, x)
    weights = np.sum(weight, axis=1)
    gradient = np.sum(sums, axis=0) / np.sum(weights)
    return np.tile(gradient, (len(x), 1))
