"""1e4 is taken off padding, which does not suffice for large entries."""

import numpy as np


def max_pooling(hidden_states, starts, ends):
    place = np.arange(hidden_states.shape[1])
    inside = (place >= starts[:, None]) & (place < ends[:, None])
    attention_mask = inside.astype(int)
    h = hidden_states - 1e4 * (1 - attention_mask[..., None])
    return np.where(attention_mask.any(axis=1)[:, None], h.max(axis=1), 0.0)
