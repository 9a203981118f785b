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
    raise NotImplementedError
