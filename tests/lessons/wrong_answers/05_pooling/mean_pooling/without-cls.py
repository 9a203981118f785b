"""The first token is left out."""

import numpy as np


def mean_pooling(hidden_states, attention_mask):
    m = attention_mask.copy()
    m[:, 0] = 0
    total = (hidden_states * m[..., None]).sum(axis=1)
    return total / np.maximum(m.sum(axis=1, keepdims=True), 1)
