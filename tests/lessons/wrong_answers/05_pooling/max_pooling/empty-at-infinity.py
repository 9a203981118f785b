"""An empty span gives −∞.

Named: max-of-nothing
"""

import numpy as np


def max_pooling(hidden_states, starts, ends):
    place = np.arange(hidden_states.shape[1])
    inside = (place >= starts[:, None]) & (place < ends[:, None])
    attention_mask = inside.astype(int)
    return np.where(attention_mask[..., None] == 1, hidden_states, -np.inf).max(axis=1)
