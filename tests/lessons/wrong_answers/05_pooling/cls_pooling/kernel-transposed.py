"""The kernel is taken as [out, in]."""

import numpy as np


def cls_pooling(hidden_states, kernel, bias):
    return np.tanh(hidden_states[:, 0] @ kernel.T + bias)
