"""Every token is punished.

Named: penalty-for-every-token
"""

import numpy as np


def repetition_penalty(logits, token_ids, valid, penalty):
    result = logits.copy()
    seen = np.arange(len(logits))
    z = result[seen]
    result[seen] = np.where(z > 0, z / penalty, z * penalty)
    return result
