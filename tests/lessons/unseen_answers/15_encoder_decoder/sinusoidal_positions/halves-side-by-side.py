"""All sines first, then all cosines, as in other implementations."""

import numpy as np


def sinusoidal_positions(position_ids, hidden):
    k = np.arange(hidden // 2)
    angles = position_ids[..., None] / 10000 ** (2 * k / hidden)
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=-1)
