"""dγ and dβ are exchanged.

Named: norm-parameters-exchanged
"""

import numpy as np


def layer_norm_backward(dy, x, scale, epsilon):
    mean = x.mean(axis=-1, keepdims=True)
    s = 1 / np.sqrt(x.var(axis=-1, keepdims=True) + epsilon)
    z = (x - mean) * s
    dz = dy * scale
    dx = s * (dz - dz.mean(axis=-1, keepdims=True) - z * (dz * z).mean(axis=-1, keepdims=True))
    rows = tuple(range(x.ndim - 1))
    return dx, dy.sum(axis=rows), (dy * z).sum(axis=rows)
