"""Divided by hidden / 2 - 1, as in tensor2tensor.

Named: positions-divided-by-one-pair-less
"""

import numpy as np


def sinusoidal_positions(position_ids, hidden):
    k = np.arange(hidden // 2)
    angle = position_ids[:, :, None] / 10000 ** (k / max(hidden // 2 - 1, 1))
    table = np.zeros((*position_ids.shape, hidden))
    table[..., 0::2] = np.sin(angle)
    table[..., 1::2] = np.cos(angle)
    return table
