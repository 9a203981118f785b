"""Divided by the mean number of words of the batch."""

import numpy as np


def mean_pooling(hidden_states, attention_mask, special_tokens_mask):
    w = attention_mask * (1 - special_tokens_mask)
    n = max(w.sum() / len(w), 1e-9)
    return np.einsum("bl,blh->bh", w, hidden_states) / n
