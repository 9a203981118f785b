"""The maximum is taken over the hidden dimensions.

Named: max-over-the-dimensions
"""

import numpy as np


def max_pooling(hidden_states, starts, ends):
    place = np.arange(hidden_states.shape[1])
    inside = (place >= starts[:, None]) & (place < ends[:, None])
    attention_mask = inside.astype(int)
    h = np.where(attention_mask[..., None] == 1, hidden_states, -np.inf).max(axis=2)
    return np.where(np.isinf(h), 0.0, h)
