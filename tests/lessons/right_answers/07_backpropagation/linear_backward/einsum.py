"""einsum with an ellipsis for the rows."""

import numpy as np


def linear_backward(dy, x, kernel):
    rows = tuple(range(dy.ndim - 1))
    dw = np.tensordot(x, dy, axes=(rows, rows))
    dx = np.einsum("...j,ij->...i", dy, kernel)
    return dx, dw, np.einsum("rj->j", dy.reshape(-1, dy.shape[-1]))
