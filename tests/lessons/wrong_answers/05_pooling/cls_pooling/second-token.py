"""The second token is taken."""

import numpy as np


def cls_pooling(hidden_states, attention_mask, kernel, bias):
    return np.tanh(hidden_states[:, 1 % hidden_states.shape[1]] @ kernel + bias)
