import numpy as np


def max_pooling(hidden_states: np.ndarray, attention_mask: np.ndarray) -> np.ndarray:
    mask = attention_mask[:, :, None] > 0
    largest = np.where(mask, hidden_states, -np.inf).max(axis=1)
    return np.where(mask.any(axis=1), largest, 0.0)
