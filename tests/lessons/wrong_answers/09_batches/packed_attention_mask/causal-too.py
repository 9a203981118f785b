"""Only what stands before may be looked at."""

import numpy as np


def packed_attention_mask(sequence_ids):
    q = sequence_ids[:, None, :, None]
    k = sequence_ids[:, None, None, :]
    return (q == k) & (k > 0) & np.tri(sequence_ids.shape[1], dtype=bool)
