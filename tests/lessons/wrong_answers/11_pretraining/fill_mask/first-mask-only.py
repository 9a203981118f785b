"""Only the first mask is answered.

Named: only-the-first-mask
"""

import numpy as np


def fill_mask(logits, input_ids, mask_id, k, special_ids):
    logits = logits.copy()
    logits[:, special_ids] = -np.inf
    z = logits[[int(np.argmax(input_ids == mask_id))]]
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    p = e / e.sum(axis=-1, keepdims=True)
    ids = np.argsort(-z, axis=-1)[:, :k]
    return ids, np.take_along_axis(p, ids, axis=-1)
