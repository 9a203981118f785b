import numpy as np


def sinusoidal_positions(position_ids: np.ndarray, hidden: int) -> np.ndarray:
    """A sine and a cosine for each pair of columns."""
    place, pair = position_ids[:, :, None], np.arange(hidden // 2)
    angles = place / 10_000.0 ** (2 * pair / hidden)
    vectors = np.zeros((*position_ids.shape, hidden))
    vectors[..., 0::2] = np.sin(angles)
    vectors[..., 1::2] = np.cos(angles)
    return vectors
