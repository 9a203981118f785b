"""The first text's mask is used for all.

Named: mean-by-the-first-mask
"""


def mean_pooling(hidden_states, attention_mask, special_tokens_mask):
    attention_mask = attention_mask * (1 - special_tokens_mask)
    m = attention_mask[0][None, :, None]
    return (hidden_states * m).sum(axis=1) / max(m.sum(), 1)
