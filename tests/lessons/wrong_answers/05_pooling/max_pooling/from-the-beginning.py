"""Everything before the end counts.

Named: max-from-the-first-token
"""

import numpy as np


def max_pooling(hidden_states, starts, ends):
    inside = np.arange(hidden_states.shape[1]) < ends[:, None]
    h = np.where(inside[..., None], hidden_states, -np.inf).max(axis=1)
    return np.where((ends > starts)[:, None], h, 0.0)
