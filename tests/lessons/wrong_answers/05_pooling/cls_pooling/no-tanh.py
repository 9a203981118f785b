"""tanh is forgotten.

Named: pooler-without-tanh
"""

import numpy as np


def cls_pooling(hidden_states, attention_mask, kernel, bias):
    first = hidden_states[np.arange(len(hidden_states)), attention_mask.argmax(axis=1)]
    return first @ kernel + bias
