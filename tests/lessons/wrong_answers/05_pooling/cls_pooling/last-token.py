"""The last token is taken.

Named: pooler-on-the-last-token
"""

import numpy as np


def cls_pooling(hidden_states, attention_mask, kernel, bias):
    return np.tanh(hidden_states[:, -1] @ kernel + bias)
