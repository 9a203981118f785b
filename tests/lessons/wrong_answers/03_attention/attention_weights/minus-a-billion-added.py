"""−1e9 is added, so that the weights are not equal where all keys are hidden.

Named: attention-hidden-at-a-billion
"""

import numpy as np


def attention_weights(query, key, mask):
    scores = query @ key.swapaxes(-1, -2) / np.sqrt(query.shape[-1])
    scores = scores + np.where(mask[:, None, None, :], 0.0, -1e9)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)
