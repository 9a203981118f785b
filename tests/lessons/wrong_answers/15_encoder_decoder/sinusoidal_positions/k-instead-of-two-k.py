"""The exponent is k / hidden.

Named: positions-with-half-the-exponent
"""

import numpy as np


def sinusoidal_positions(position_ids, hidden):
    k = np.arange(hidden // 2)
    angle = position_ids[:, :, None] / 10000 ** (k / hidden)
    table = np.zeros((*position_ids.shape, hidden))
    table[..., 0::2] = np.sin(angle)
    table[..., 1::2] = np.cos(angle)
    return table
