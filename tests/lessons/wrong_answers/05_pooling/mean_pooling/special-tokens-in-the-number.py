"""[CLS] and [SEP] are left out of the sum and counted in the number.

Named: mean-counts-special-tokens
"""

import numpy as np


def mean_pooling(hidden_states, attention_mask, special_tokens_mask):
    words = attention_mask * (1 - special_tokens_mask)
    total = (hidden_states * words[..., None]).sum(axis=1)
    return total / np.maximum(attention_mask.sum(axis=1, keepdims=True), 1)
