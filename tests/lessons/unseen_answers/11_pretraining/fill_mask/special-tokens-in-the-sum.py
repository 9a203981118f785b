"""Special tokens are left out of the answers, but not of the sum of the softmax."""

import numpy as np


def fill_mask(logits, input_ids, mask_id, k, special_ids):
    z = logits[input_ids == mask_id]
    e = np.exp(z - z.max(1, keepdims=True))
    p = e / e.sum(1, keepdims=True)
    p[:, special_ids] = -1
    ids = np.argsort(-p, axis=1, kind="stable")[:, :k]
    return ids, np.take_along_axis(p, ids, 1)
