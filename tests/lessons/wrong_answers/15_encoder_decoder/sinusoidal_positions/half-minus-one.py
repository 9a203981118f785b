"""Divided by hidden / 2 - 1, as in tensor2tensor."""

import numpy as np


def sinusoidal_positions(length, hidden):
    k = np.arange(hidden // 2)
    angle = np.arange(length)[:, None] / 10000 ** (k / max(hidden // 2 - 1, 1))
    table = np.zeros((length, hidden))
    table[:, 0::2] = np.sin(angle)
    table[:, 1::2] = np.cos(angle)
    return table
