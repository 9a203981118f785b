"""The sigmoid in place of tanh.

Named: pooler-with-sigmoid
"""

import numpy as np


def cls_pooling(hidden_states, attention_mask, kernel, bias):
    first = hidden_states[np.arange(len(hidden_states)), attention_mask.argmax(axis=1)]
    return 1 / (1 + np.exp(-(first @ kernel + bias)))
