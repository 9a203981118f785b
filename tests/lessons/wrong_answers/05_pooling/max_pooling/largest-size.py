"""The entry with the largest absolute value is taken.

Named: max-by-magnitude
"""

import numpy as np


def max_pooling(hidden_states, starts, ends):
    place = np.arange(hidden_states.shape[1])
    inside = (place >= starts[:, None]) & (place < ends[:, None])
    attention_mask = inside.astype(int)
    h = hidden_states * attention_mask[..., None]
    place = np.abs(h).argmax(axis=1)
    return np.take_along_axis(h, place[:, None], axis=1)[:, 0]
