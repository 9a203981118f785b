import numpy as np


def layer_norm_backward(
    dy: np.ndarray, x: np.ndarray, scale: np.ndarray, epsilon: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    centred = x - np.mean(x, axis=-1, keepdims=True)
    s = 1.0 / np.sqrt(np.mean(centred**2, axis=-1, keepdims=True) + epsilon)
    z = s * centred
    dz = scale * dy
    shift = np.mean(dz, axis=-1, keepdims=True)
    stretch = z * np.mean(dz * z, axis=-1, keepdims=True)
    rows = tuple(range(x.ndim - 1))
    return s * (dz - shift - stretch), np.sum(dy * z, axis=rows), np.sum(dy, axis=rows)
