"""Hidden weights are set to 0 after the softmax, and the rest no longer sums to 1.

Named: mask-after-the-softmax
"""

import numpy as np


def attention_weights(query, key, mask):
    scores = query @ key.swapaxes(-1, -2) / np.sqrt(query.shape[-1])
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True) * mask[:, None, None, :]
