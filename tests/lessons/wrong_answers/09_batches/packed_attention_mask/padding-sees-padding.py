"""Padding may look at padding."""


def packed_attention_mask(sequence_ids):
    q = sequence_ids[:, None, :, None]
    k = sequence_ids[:, None, None, :]
    return q == k
