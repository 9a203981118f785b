"""All sines first, then all cosines.

Named: positions-sines-first
"""

import numpy as np


def sinusoidal_positions(position_ids, hidden):
    k = np.arange(hidden // 2)
    angle = position_ids[:, :, None] / 10000 ** (2 * k / hidden)
    table = np.zeros((*position_ids.shape, hidden))
    table[..., : hidden // 2] = np.sin(angle)
    table[..., hidden // 2 :] = np.cos(angle)
    return table
