"""Only what stands before may be looked at.

Named: packed-mask-causal
"""

import numpy as np


def packed_attention_mask(query_ids, key_ids):
    q = query_ids[:, None, :, None]
    k = key_ids[:, None, None, :]
    return (q == k) & (k > 0) & np.tri(query_ids.shape[1], key_ids.shape[1], dtype=bool)
