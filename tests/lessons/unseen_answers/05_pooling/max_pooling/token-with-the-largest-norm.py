"""The vector of the token with the largest sum is taken as a whole, and not the largest of each dimension."""

import numpy as np


def max_pooling(hidden_states, starts, ends):
    out = np.zeros((hidden_states.shape[0], hidden_states.shape[2]))
    for b, (s, e) in enumerate(zip(starts, ends)):
        if s < e:
            span = hidden_states[b, s:e]
            out[b] = span[span.sum(axis=1).argmax()]
    return out
