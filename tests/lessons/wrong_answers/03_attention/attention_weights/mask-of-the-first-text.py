"""The first text's mask is used for all.

Named: attention-mask-of-the-first-text
"""

import numpy as np


def attention_weights(query, key, mask):
    scores = query @ key.swapaxes(-1, -2) / np.sqrt(query.shape[-1])
    scores = np.where(mask[0], scores, np.finfo(float).min)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)
