"""valid is used as whole numbers: places 0 and 1.

Named: penalty-by-zeros-and-ones
"""

import numpy as np


def repetition_penalty(logits, token_ids, valid, penalty):
    result = logits.copy()
    seen = np.unique(token_ids[valid.astype(int)])
    z = result[seen]
    result[seen] = np.where(z > 0, z / penalty, z * penalty)
    return result
