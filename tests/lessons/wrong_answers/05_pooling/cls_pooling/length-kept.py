"""The result keeps the axis of the length.

Named: pooler-keeps-the-length
"""

import numpy as np


def cls_pooling(hidden_states, attention_mask, kernel, bias):
    first = hidden_states[np.arange(len(hidden_states)), attention_mask.argmax(axis=1)]
    return np.tanh(first[:, None] @ kernel + bias)
