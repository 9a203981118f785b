"""The scores are divided by the root of the number of keys."""

import numpy as np


def attention_weights(query, key, mask):
    scores = np.einsum("bhqd,bhkd->bhqk", query, key) / np.sqrt(key.shape[2])
    scores = np.where(mask[:, None, None, :], scores, np.finfo(scores.dtype).min)
    e = np.exp(scores - scores.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)
