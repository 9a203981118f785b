"""Places are counted from 1."""

import numpy as np


def sinusoidal_positions(length, hidden):
    k = np.arange(hidden // 2)
    angle = np.arange(1, length + 1)[:, None] / 10000 ** (2 * k / hidden)
    table = np.zeros((length, hidden))
    table[:, 0::2] = np.sin(angle)
    table[:, 1::2] = np.cos(angle)
    return table
