"""Token 0 is taken as padding.

Named: penalty-not-for-the-id-zero
"""

import numpy as np


def repetition_penalty(logits, token_ids, valid, penalty):
    result = logits.copy()
    seen = np.unique(token_ids[valid & (token_ids != 0)])
    z = result[seen]
    result[seen] = np.where(z > 0, z / penalty, z * penalty)
    return result
