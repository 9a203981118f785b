"""The logits are changed in place.

Named: penalty-changes-the-logits-in-place
"""

import numpy as np


def repetition_penalty(logits, token_ids, valid, penalty):
    result = logits
    seen = np.unique(token_ids[valid])
    z = result[seen]
    result[seen] = np.where(z > 0, z / penalty, z * penalty)
    return result
