"""argpartition: the right k in no particular order.

Named: best-in-no-order
"""

import numpy as np


def fill_mask(logits, input_ids, mask_id, k, special_ids):
    logits = logits.copy()
    logits[:, special_ids] = -np.inf
    z = logits[input_ids == mask_id]
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    p = e / e.sum(axis=-1, keepdims=True)
    ids = np.argpartition(-z, k - 1, axis=-1)[:, :k]
    return ids, np.take_along_axis(p, ids, axis=-1)
