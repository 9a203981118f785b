"""1e4 is taken off padding, which does not suffice for large entries."""

import numpy as np


def max_pooling(hidden_states, attention_mask):
    h = hidden_states - 1e4 * (1 - attention_mask[..., None])
    return np.where(attention_mask.any(axis=1)[:, None], h.max(axis=1), 0.0)
