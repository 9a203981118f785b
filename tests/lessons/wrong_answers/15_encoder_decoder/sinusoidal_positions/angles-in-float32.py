"""The angles are in float32, which far away is not exact enough."""

import numpy as np


def sinusoidal_positions(position_ids, hidden):
    k = np.arange(hidden // 2)
    speed = (10000.0 ** (-2 * k / hidden)).astype(np.float32)
    angle = position_ids[:, :, None].astype(np.float32) * speed
    table = np.stack([np.sin(angle), np.cos(angle)], axis=-1)
    return table.reshape(*position_ids.shape, hidden)
