"""Padding may look at padding.

Named: padding-looked-at-by-padding
"""


def packed_attention_mask(query_ids, key_ids):
    q = query_ids[:, None, :, None]
    k = key_ids[:, None, None, :]
    return q == k
