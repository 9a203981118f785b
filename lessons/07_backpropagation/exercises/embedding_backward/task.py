import numpy as np


def embedding_backward(dy: np.ndarray, ids: np.ndarray, rows: int) -> np.ndarray:
    """The gradient of a lookup, y_i = T[w_i], with respect to the table T.

        dT_wk = Σ_i [w_i = w] dy_ik

    Args:
        dy: [*shape, hidden], ∂L/∂y.
        ids: [*shape], whole numbers from 0 to rows − 1.
        rows: how many rows the table has.

    Returns:
        dT [rows, hidden].
    """
    raise NotImplementedError
