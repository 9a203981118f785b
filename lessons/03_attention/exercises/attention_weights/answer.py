import math

import numpy as np


def attention_weights(query: np.ndarray, key: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """softmax(Q Kᵀ / √d) over the keys that the mask allows."""
    scores = query @ np.swapaxes(key, -1, -2) / math.sqrt(query.shape[-1])
    visible, lowest = mask[:, None, None, :], np.finfo(scores.dtype).min
    hidden = np.where(visible, scores, lowest)
    exponentials = np.exp(hidden - np.max(hidden, axis=-1, keepdims=True))
    return exponentials / np.sum(exponentials, axis=-1, keepdims=True)
