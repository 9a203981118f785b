"""The full matrix of slopes ∂z/∂x for each row."""

import numpy as np


def layer_norm_backward(dy, x, scale, epsilon):
    n = x.shape[-1]
    r, g = x.reshape(-1, n), dy.reshape(-1, n)
    dx, dscale, dbias = np.zeros(r.shape), np.zeros(n), np.zeros(n)
    for i in range(len(r)):
        c = r[i] - r[i].sum() / n
        s = (c @ c / n + epsilon) ** -0.5
        slopes = s * (np.eye(n) - 1 / n - s**2 * np.outer(c, c) / n)
        dx[i] = slopes @ (g[i] * scale)
        dscale += g[i] * c * s
        dbias += g[i]
    return dx.reshape(x.shape), dscale, dbias
