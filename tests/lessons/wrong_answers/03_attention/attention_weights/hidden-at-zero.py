"""Hidden scores are multiplied by 0, which still leaves a weight.

Named: attention-mask-multiplied
"""

import numpy as np


def attention_weights(query, key, mask):
    scores = query @ key.swapaxes(-1, -2) / np.sqrt(query.shape[-1])
    scores = scores * mask[:, None, None, :]
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)
