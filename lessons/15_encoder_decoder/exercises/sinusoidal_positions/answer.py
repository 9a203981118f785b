import numpy as np


def sinusoidal_positions(length: int, hidden: int) -> np.ndarray:
    """A sine and a cosine for each pair of columns."""
    place, pair = np.arange(length)[:, None], np.arange(hidden // 2)[None, :]
    angles = place / 10_000.0 ** (2 * pair / hidden)
    table = np.zeros((length, hidden))
    table[:, 0::2] = np.sin(angles)
    table[:, 1::2] = np.cos(angles)
    return table
