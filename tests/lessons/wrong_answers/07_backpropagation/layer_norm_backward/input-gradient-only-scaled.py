"""dx is dy γ, as if there were no norm.

Named: norm-left-out-on-the-way-back
"""

import numpy as np


def layer_norm_backward(dy, x, scale, epsilon):
    mean = x.mean(axis=-1, keepdims=True)
    s = 1 / np.sqrt(x.var(axis=-1, keepdims=True) + epsilon)
    z = (x - mean) * s
    dz = dy * scale
    dx = dz
    rows = tuple(range(x.ndim - 1))
    return dx, (dy * z).sum(axis=rows), dy.sum(axis=rows)
