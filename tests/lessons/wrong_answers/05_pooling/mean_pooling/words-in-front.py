"""It is taken that the words stand in front."""

import numpy as np


def mean_pooling(hidden_states, attention_mask, special_tokens_mask):
    attention_mask = attention_mask * (1 - special_tokens_mask)
    result = np.zeros((hidden_states.shape[0], hidden_states.shape[2]))
    for i, n in enumerate(attention_mask.sum(axis=1)):
        if n > 0:
            result[i] = hidden_states[i, :n].mean(axis=0)
    return result
