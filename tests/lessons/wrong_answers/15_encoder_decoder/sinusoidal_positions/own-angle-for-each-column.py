"""Column c has the speed c / hidden: sine and cosine of different speeds.

Named: positions-with-two-clocks-in-a-pair
"""

import numpy as np


def sinusoidal_positions(position_ids, hidden):
    c = np.arange(hidden)
    angle = position_ids[:, :, None] / 10000 ** (c / hidden)
    return np.where(c % 2 == 0, np.sin(angle), np.cos(angle))
