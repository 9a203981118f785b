"""The sum is divided by // and rounded down.

Named: mean-rounded-down
"""

import numpy as np


def mean_pooling(hidden_states, attention_mask, special_tokens_mask):
    attention_mask = attention_mask * (1 - special_tokens_mask)
    total = (hidden_states * attention_mask[..., None]).sum(axis=1)
    return total // np.maximum(attention_mask.sum(axis=1, keepdims=True), 1)
