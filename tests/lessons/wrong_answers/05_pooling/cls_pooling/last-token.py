"""The last token is taken."""

import numpy as np


def cls_pooling(hidden_states, kernel, bias):
    return np.tanh(hidden_states[:, -1] @ kernel + bias)
