import numpy as np


def next_token_labels(
    ids: np.ndarray, lengths: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The text, and the text one place on."""
    real = np.arange(ids.shape[1])[None, :] < lengths[:, None]
    read = np.where(real, ids, 0)[:, :-1]
    asked = np.where(real, ids, -100)[:, 1:]
    return read, real[:, :-1].astype(int), asked
