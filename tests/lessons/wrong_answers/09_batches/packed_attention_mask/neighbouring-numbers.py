"""Numbers that differ by one count as the same: abs(q - k) <= 1 with real keys."""


def packed_attention_mask(sequence_ids):
    q = sequence_ids[:, None, :, None]
    k = sequence_ids[:, None, None, :]
    return (abs(q - k) < 2) & (k > 0)
