"""The mean is taken over all places.

Named: mean-over-padding
"""


def mean_pooling(hidden_states, attention_mask, special_tokens_mask):
    attention_mask = attention_mask * (1 - special_tokens_mask)
    return hidden_states.mean(axis=1)
