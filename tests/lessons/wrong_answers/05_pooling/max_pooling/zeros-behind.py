"""−∞ becomes 0 before the maximum, not behind it.

Named: max-over-padding-zeros
"""

import numpy as np


def max_pooling(hidden_states, starts, ends):
    place = np.arange(hidden_states.shape[1])
    inside = (place >= starts[:, None]) & (place < ends[:, None])
    attention_mask = inside.astype(int)
    h = np.where(attention_mask[..., None] == 1, hidden_states, -np.inf)
    return np.nan_to_num(h, neginf=0.0).max(axis=1)
