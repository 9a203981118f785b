import numpy as np


def linear_backward(
    dy: np.ndarray, x: np.ndarray, kernel: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rows = np.reshape(x, (-1, x.shape[-1]))
    drows = np.reshape(dy, (-1, dy.shape[-1]))
    dx = dy @ kernel.T
    dkernel = rows.T @ drows
    dbias = drows.sum(axis=0)
    return dx, dkernel, dbias
