"""dx is computed from dy and not from γ dy."""

import numpy as np


def layer_norm_backward(dy, x, scale, epsilon):
    m = x.mean(-1, keepdims=True)
    s = 1 / np.sqrt(x.var(-1, keepdims=True) + epsilon)
    z = s * (x - m)
    dx = s * (dy - dy.mean(-1, keepdims=True) - z * (dy * z).mean(-1, keepdims=True))
    rows = tuple(range(x.ndim - 1))
    return dx, (dy * z).sum(rows), dy.sum(rows)
