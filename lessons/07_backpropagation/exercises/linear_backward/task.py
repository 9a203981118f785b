import numpy as np


def linear_backward(
    dy: np.ndarray, x: np.ndarray, kernel: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The gradient of y = x W + b.

        dx_ri = Σ_j dy_rj W_ij          dW_ij = Σ_r x_ri dy_rj          db_j = Σ_r dy_rj

    A row r is a token. There may be one axis of rows, two (batch and length), or more.

    Args:
        dy: [*rows, out], ∂L/∂y.
        x: [*rows, in].
        kernel: [in, out], W.

    Returns:
        dx [*rows, in], dW [in, out] and db [out].
    """
    raise NotImplementedError
