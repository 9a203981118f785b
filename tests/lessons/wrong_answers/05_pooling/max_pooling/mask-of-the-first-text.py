"""The first text's span is used for all.

Named: max-by-the-first-span
"""

import numpy as np


def max_pooling(hidden_states, starts, ends):
    place = np.arange(hidden_states.shape[1])
    inside = (place >= starts[:, None]) & (place < ends[:, None])
    attention_mask = inside.astype(int)
    real = attention_mask[0] == 1
    if not real.any():
        return np.zeros(hidden_states.shape[::2])
    return hidden_states[:, real].max(axis=1)
