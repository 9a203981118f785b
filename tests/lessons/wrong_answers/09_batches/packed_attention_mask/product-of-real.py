"""Every real token sees every real token: the sequences are not told apart."""


def packed_attention_mask(sequence_ids):
    q = sequence_ids[:, None, :, None]
    k = sequence_ids[:, None, None, :]
    return (q > 0) & (k > 0)
