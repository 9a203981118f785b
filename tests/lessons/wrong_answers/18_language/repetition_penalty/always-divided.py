"""Negative logits are divided, too.

Named: penalty-divides-negative-logits
"""

import numpy as np


def repetition_penalty(logits, token_ids, valid, penalty):
    result = logits.copy()
    seen = np.unique(token_ids[valid])
    z = result[seen]
    result[seen] = z / penalty
    return result
