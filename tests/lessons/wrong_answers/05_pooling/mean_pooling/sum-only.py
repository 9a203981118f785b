"""The sum is not divided.

Named: sum-for-a-mean
"""


def mean_pooling(hidden_states, attention_mask, special_tokens_mask):
    attention_mask = attention_mask * (1 - special_tokens_mask)
    return (hidden_states * attention_mask[..., None]).sum(axis=1)
