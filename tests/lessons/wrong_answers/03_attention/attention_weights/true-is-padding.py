"""The mask is taken the other way round.

Named: mask-with-the-wrong-sign
"""

import numpy as np


def attention_weights(query, key, mask):
    scores = query @ key.swapaxes(-1, -2) / np.sqrt(query.shape[-1])
    scores = np.where(mask[:, None, None, :], np.finfo(float).min, scores)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)
