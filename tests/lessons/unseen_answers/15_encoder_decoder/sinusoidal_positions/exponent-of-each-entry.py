"""The exponent is j / hidden for entry j, so the cosines have another frequency than their sines."""

import numpy as np


def sinusoidal_positions(position_ids, hidden):
    j = np.arange(hidden)
    angles = position_ids[..., None] / 10000 ** (j / hidden)
    return np.where(j % 2 == 0, np.sin(angles), np.cos(angles))
