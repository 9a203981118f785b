"""The token at place 0 is left out and the rest counted."""

import numpy as np


def mean_pooling(hidden_states, attention_mask, special_tokens_mask):
    attention_mask = attention_mask * (1 - special_tokens_mask)
    m = attention_mask.copy()
    m[:, 0] = 0
    total = (hidden_states * m[..., None]).sum(axis=1)
    return total / np.maximum(m.sum(axis=1, keepdims=True), 1)
