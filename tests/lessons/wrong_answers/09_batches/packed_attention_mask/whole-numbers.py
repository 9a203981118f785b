"""Whole numbers instead of booleans.

Named: packed-mask-as-numbers
"""


def packed_attention_mask(query_ids, key_ids):
    q = query_ids[:, None, :, None]
    k = key_ids[:, None, None, :]
    return ((q == k) & (k > 0)).astype(int)
