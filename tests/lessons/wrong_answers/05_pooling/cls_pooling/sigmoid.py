"""The sigmoid in place of tanh."""

import numpy as np


def cls_pooling(hidden_states, kernel, bias):
    return 1 / (1 + np.exp(-(hidden_states[:, 0] @ kernel + bias)))
