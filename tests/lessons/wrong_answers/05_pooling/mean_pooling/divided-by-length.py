"""What is no word is left out of the sum and counted in the number.

Named: masked-sum-over-the-length
"""


def mean_pooling(hidden_states, attention_mask, special_tokens_mask):
    attention_mask = attention_mask * (1 - special_tokens_mask)
    return (hidden_states * attention_mask[..., None]).mean(axis=1)
