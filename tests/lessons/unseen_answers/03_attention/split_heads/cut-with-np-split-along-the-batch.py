"""np.split over the last axis, but stacked in front: [heads, batch, length, head_dim] reshaped to the shape asked for."""

import numpy as np


def split_heads(x, heads):
    t, b, n = x.shape
    pieces = np.stack(np.split(x, heads, axis=-1))
    pieces = pieces.transpose(0, 2, 1, 3)
    return pieces.reshape(b, heads, t, n // heads)
