"""What stands at padding counts as written.

Named: penalty-for-padding
"""

import numpy as np


def repetition_penalty(logits, token_ids, valid, penalty):
    result = logits.copy()
    seen = np.unique(token_ids)
    z = result[seen]
    result[seen] = np.where(z > 0, z / penalty, z * penalty)
    return result
