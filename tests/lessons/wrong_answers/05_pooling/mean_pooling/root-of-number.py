"""The sum is divided by the root of the number."""

import numpy as np


def mean_pooling(hidden_states, attention_mask):
    total = (hidden_states * attention_mask[..., None]).sum(axis=1)
    return total / np.sqrt(np.maximum(attention_mask.sum(axis=1, keepdims=True), 1))
