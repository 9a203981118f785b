import numpy as np


def mean_pooling(
    hidden_states: np.ndarray, attention_mask: np.ndarray, special_tokens_mask: np.ndarray
) -> np.ndarray:
    words = attention_mask * (1 - special_tokens_mask)
    mask = words[:, :, None]
    total = (mask * hidden_states).sum(axis=1)
    return total / np.maximum(mask.sum(axis=1), 1)
