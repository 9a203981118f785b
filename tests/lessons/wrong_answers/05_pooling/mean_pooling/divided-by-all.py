"""Every text's sum is divided by the number of all real tokens.

Named: mean-over-all-texts-words
"""


def mean_pooling(hidden_states, attention_mask, special_tokens_mask):
    attention_mask = attention_mask * (1 - special_tokens_mask)
    total = (hidden_states * attention_mask[..., None]).sum(axis=1)
    return total / max(attention_mask.sum(), 1)
