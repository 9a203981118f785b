"""What is outside is multiplied by 0, and 0 is more than a negative entry.

Named: max-over-padding-zeros
"""

import numpy as np


def max_pooling(hidden_states, starts, ends):
    place = np.arange(hidden_states.shape[1])
    inside = (place >= starts[:, None]) & (place < ends[:, None])
    attention_mask = inside.astype(int)
    return (hidden_states * attention_mask[..., None]).max(axis=1)
