"""The scores are divided by √d after the softmax.

Named: attention-divided-after-the-softmax
"""

import numpy as np


def attention_weights(query, key, mask):
    scores = query @ key.swapaxes(-1, -2) / np.sqrt(query.shape[-1])
    scores = np.where(mask[:, None, None, :], scores, np.finfo(float).min)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True) / np.sqrt(query.shape[-1])
