"""Sums by einsum, and every row by itself."""

import numpy as np


def layer_norm(x, scale, bias, epsilon):
    n = x.shape[-1]
    rows = np.reshape(x, (-1, n))
    centered = rows - (np.einsum("ri->r", rows) / n)[:, None]
    squares = np.einsum("ri,ri->r", centered, centered) / n
    result = np.einsum("ri,r,i->ri", centered, (squares + epsilon) ** -0.5, 1 + scale) + bias
    return result.reshape(x.shape)
