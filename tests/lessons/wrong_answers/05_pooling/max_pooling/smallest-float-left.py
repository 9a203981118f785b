"""An empty span gives the most negative number.

Named: max-of-nothing-finite
"""

import numpy as np


def max_pooling(hidden_states, starts, ends):
    place = np.arange(hidden_states.shape[1])
    inside = (place >= starts[:, None]) & (place < ends[:, None])
    attention_mask = inside.astype(int)
    lowest = np.finfo(hidden_states.dtype).min
    return np.where(attention_mask[..., None] == 1, hidden_states, lowest).max(axis=1)
