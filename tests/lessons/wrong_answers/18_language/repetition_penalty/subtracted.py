"""The penalty is taken off (presence penalty).

Named: penalty-itself-subtracted
"""

import numpy as np


def repetition_penalty(logits, token_ids, valid, penalty):
    result = logits.copy()
    seen = np.unique(token_ids[valid])
    z = result[seen]
    result[seen] = z - penalty
    return result
