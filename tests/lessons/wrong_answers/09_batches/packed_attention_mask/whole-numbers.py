"""Whole numbers instead of booleans."""


def packed_attention_mask(sequence_ids):
    q = sequence_ids[:, None, :, None]
    k = sequence_ids[:, None, None, :]
    return ((q == k) & (k > 0)).astype(int)
