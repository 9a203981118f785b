"""Special tokens are no answers, but the sum of the softmax has them.

Named: special-tokens-in-the-sum
"""

import numpy as np


def fill_mask(logits, input_ids, mask_id, k, special_ids):
    z = logits[input_ids == mask_id]
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    p = e / e.sum(axis=-1, keepdims=True)
    z[:, special_ids] = -np.inf
    ids = np.argsort(-z, axis=-1)[:, :k]
    return ids, np.take_along_axis(p, ids, axis=-1)
