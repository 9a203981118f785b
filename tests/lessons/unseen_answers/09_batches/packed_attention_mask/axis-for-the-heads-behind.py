"""The axis for the heads is put last: [batch, queries, keys, 1]."""


def packed_attention_mask(query_ids, key_ids):
    same = query_ids[:, :, None] == key_ids[:, None, :]
    return (same & (key_ids[:, None, :] > 0))[..., None]
