"""What is outside is set to −100, and real entries may be lower.

Named: max-over-numbers-not-small-enough
"""

import numpy as np


def max_pooling(hidden_states, starts, ends):
    place = np.arange(hidden_states.shape[1])
    inside = (place >= starts[:, None]) & (place < ends[:, None])
    attention_mask = inside.astype(int)
    h = np.where(attention_mask[..., None] == 1, hidden_states, -100.0)
    return np.where(attention_mask.any(axis=1)[:, None], h.max(axis=1), 0.0)
