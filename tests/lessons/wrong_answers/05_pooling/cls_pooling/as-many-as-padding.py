"""The number of padding tokens is taken for the place, wherever they stand.

Named: pooler-after-as-many-as-padding
"""

import numpy as np


def cls_pooling(hidden_states, attention_mask, kernel, bias):
    place = (attention_mask == 0).sum(axis=1)
    return np.tanh(hidden_states[np.arange(len(place)), place] @ kernel + bias)
