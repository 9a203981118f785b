import numpy as np


def max_pooling(hidden_states: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    place = np.arange(hidden_states.shape[1])
    inside = (place >= starts[:, None]) & (place < ends[:, None])
    mask = inside[:, :, None]
    largest = np.where(mask, hidden_states, -np.inf).max(axis=1)
    return np.where(mask.any(axis=1), largest, 0.0)
