"""The places are counted along the row, as in the lesson.

Named: positions-counted-along-the-row
"""

import numpy as np


def sinusoidal_positions(position_ids, hidden):
    batch, length = position_ids.shape
    angle = np.arange(length)[:, None] / 10000 ** (2 * np.arange(hidden // 2) / hidden)
    table = np.stack([np.sin(angle), np.cos(angle)], axis=-1).reshape(length, hidden)
    return np.tile(table, (batch, 1, 1))
