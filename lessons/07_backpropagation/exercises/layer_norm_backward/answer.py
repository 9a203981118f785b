import numpy as np


def layer_norm_backward(
    dy: np.ndarray, x: np.ndarray, scale: np.ndarray, epsilon: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The gradient of y = γ z + β, with z = s (x − μ) and s = 1 / √(σ² + ε).

        dz = γ dy
        dx = s (dz − mean(dz) − z mean(dz z))          means over the last axis
        dγ = Σ dy z          dβ = Σ dy                 sums over all rows

    μ is the mean of the last axis and σ² its variance, divided by hidden and not by hidden − 1.

    Args:
        dy, x: [*rows, hidden].
        scale: [hidden], γ.
        epsilon: ε.

    Returns:
        dx [*rows, hidden], dγ [hidden] and dβ [hidden].
    """
    centred = x - np.mean(x, axis=-1, keepdims=True)
    s = 1.0 / np.sqrt(np.mean(centred**2, axis=-1, keepdims=True) + epsilon)
    z = s * centred
    dz = scale * dy
    shift = np.mean(dz, axis=-1, keepdims=True)
    stretch = z * np.mean(dz * z, axis=-1, keepdims=True)
    rows = tuple(range(x.ndim - 1))
    return s * (dz - shift - stretch), np.sum(dy * z, axis=rows), np.sum(dy, axis=rows)
