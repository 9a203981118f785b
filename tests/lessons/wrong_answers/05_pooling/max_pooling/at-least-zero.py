"""The maximum starts at 0, so that negative ones are lost.

Named: max-at-least-zero
"""

import numpy as np


def max_pooling(hidden_states, starts, ends):
    place = np.arange(hidden_states.shape[1])
    inside = (place >= starts[:, None]) & (place < ends[:, None])
    attention_mask = inside.astype(int)
    h = np.where(attention_mask[..., None] == 1, hidden_states, -np.inf)
    return np.maximum(h.max(axis=1), 0.0)
