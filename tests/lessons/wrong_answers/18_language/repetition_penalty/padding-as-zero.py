"""Padding becomes token 0, which is punished.

Named: penalty-for-the-id-of-padding
"""

import numpy as np


def repetition_penalty(logits, token_ids, valid, penalty):
    result = logits.copy()
    seen = np.unique(np.where(valid, token_ids, 0))
    z = result[seen]
    result[seen] = np.where(z > 0, z / penalty, z * penalty)
    return result
