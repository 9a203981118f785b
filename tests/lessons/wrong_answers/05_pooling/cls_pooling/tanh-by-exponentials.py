"""tanh written with exponentials, which overflow for large inputs.

Named: tanh-that-overflows
"""

import numpy as np


def cls_pooling(hidden_states, attention_mask, kernel, bias):
    first = hidden_states[np.arange(len(hidden_states)), attention_mask.argmax(axis=1)]
    y = first @ kernel + bias
    return (np.exp(y) - np.exp(-y)) / (np.exp(y) + np.exp(-y))
