"""It is taken that real tokens stand in front."""

import numpy as np


def max_pooling(hidden_states, attention_mask):
    result = np.zeros((hidden_states.shape[0], hidden_states.shape[2]))
    for i, n in enumerate(attention_mask.sum(axis=1)):
        if n:
            result[i] = hidden_states[i, :n].max(axis=0)
    return result
