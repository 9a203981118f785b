"""Every real token sees every real token: the sequences are not told apart.

Named: attention-across-packed-sequences-among-tokens
"""


def packed_attention_mask(query_ids, key_ids):
    q = query_ids[:, None, :, None]
    k = key_ids[:, None, None, :]
    return (q > 0) & (k > 0)
