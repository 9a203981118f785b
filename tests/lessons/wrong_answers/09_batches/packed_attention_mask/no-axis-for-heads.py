"""The axis for the heads is missing.

Named: packed-mask-without-the-heads-axis
"""


def packed_attention_mask(query_ids, key_ids):
    q = query_ids[:, :, None]
    k = key_ids[:, None, :]
    return (q == k) & (k > 0)
