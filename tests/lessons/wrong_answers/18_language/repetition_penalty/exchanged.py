"""Multiplied above 0 and divided below.

Named: penalty-the-wrong-way-round
"""

import numpy as np


def repetition_penalty(logits, token_ids, valid, penalty):
    result = logits.copy()
    seen = np.unique(token_ids[valid])
    z = result[seen]
    result[seen] = np.where(z > 0, z * penalty, z / penalty)
    return result
