"""A list with an array for each head."""

import numpy as np


def split_heads(x, heads):
    return [part.swapaxes(0, 1) for part in np.split(x, heads, axis=-1)]
