"""The axis for the heads is missing."""


def packed_attention_mask(sequence_ids):
    q = sequence_ids[:, :, None]
    k = sequence_ids[:, None, :]
    return (q == k) & (k > 0)
