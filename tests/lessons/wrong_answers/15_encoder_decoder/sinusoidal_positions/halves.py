"""All sines first, then all cosines."""

import numpy as np


def sinusoidal_positions(length, hidden):
    k = np.arange(hidden // 2)
    angle = np.arange(length)[:, None] / 10000 ** (2 * k / hidden)
    table = np.zeros((length, hidden))
    table[:, : hidden // 2] = np.sin(angle)
    table[:, hidden // 2 :] = np.cos(angle)
    return table
