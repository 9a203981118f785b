"""Special tokens get the logit 0.

Named: special-tokens-with-a-logit-of-zero
"""

import numpy as np


def fill_mask(logits, input_ids, mask_id, k, special_ids):
    z = logits[input_ids == mask_id]
    z[:, special_ids] = 0
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    p = e / e.sum(axis=-1, keepdims=True)
    ids = np.argsort(-z, axis=-1)[:, :k]
    return ids, np.take_along_axis(p, ids, axis=-1)
