"""Slices of the vectors, stacked along axis 1."""

import numpy as np


def split_heads(x, heads):
    size = x.shape[2] // heads
    return np.stack(
        [x[:, :, h * size : (h + 1) * size].swapaxes(0, 1) for h in range(heads)], axis=1
    )
