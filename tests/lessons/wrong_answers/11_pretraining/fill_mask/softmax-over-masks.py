"""The softmax is taken over the masks.

Named: softmax-over-the-masks
"""

import numpy as np


def fill_mask(logits, input_ids, mask_id, k, special_ids):
    logits = logits.copy()
    logits[:, special_ids] = -np.inf
    z = logits[input_ids == mask_id]
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    p = e / e.sum(axis=0, keepdims=True)
    ids = np.argsort(-z, axis=-1)[:, :k]
    return ids, np.take_along_axis(p, ids, axis=-1)
