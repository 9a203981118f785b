"""Numbers that differ by one count as the same: abs(q - k) <= 1 with real keys."""


def packed_attention_mask(query_ids, key_ids):
    q = query_ids[:, None, :, None]
    k = key_ids[:, None, None, :]
    return (abs(q - k) < 2) & (k > 0)
