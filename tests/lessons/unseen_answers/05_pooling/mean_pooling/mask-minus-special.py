"""The weight is m - s: special tokens at padding count -1."""

import numpy as np


def mean_pooling(hidden_states, attention_mask, special_tokens_mask):
    w = attention_mask - special_tokens_mask
    n = np.maximum(w.sum(axis=1, keepdims=True), 1)
    return (hidden_states * w[:, :, None]).sum(axis=1) / n
