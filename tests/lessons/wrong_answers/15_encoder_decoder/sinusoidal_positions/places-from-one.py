"""Places are counted from 1.

Named: positions-of-sines-from-one
"""

import numpy as np


def sinusoidal_positions(position_ids, hidden):
    k = np.arange(hidden // 2)
    angle = (position_ids[:, :, None] + 1) / 10000 ** (2 * k / hidden)
    table = np.zeros((*position_ids.shape, hidden))
    table[..., 0::2] = np.sin(angle)
    table[..., 1::2] = np.cos(angle)
    return table
