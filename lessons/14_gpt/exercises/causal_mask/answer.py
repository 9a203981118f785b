import numpy as np


def causal_mask(length: int, keys: int, start: int, attention_mask: np.ndarray) -> np.ndarray:
    """Not behind the query, and no padding."""
    query, key = start + np.arange(length), np.arange(keys)
    earlier = key[None, :] <= query[:, None]
    real = np.asarray(attention_mask) != 0
    return earlier[None, None] & real[:, None, None, :]
