"""The median of the words."""

import numpy as np


def mean_pooling(hidden_states, attention_mask, special_tokens_mask):
    attention_mask = attention_mask * (1 - special_tokens_mask)
    result = np.zeros((len(hidden_states), hidden_states.shape[2]))
    for i, m in enumerate(attention_mask):
        if m.any():
            result[i] = np.median(hidden_states[i, m == 1], axis=0)
    return result
