"""The layer for all tokens, and then the first of each text."""

import numpy as np


def cls_pooling(hidden_states, kernel, bias):
    every = np.einsum("bth,hk->btk", hidden_states, kernel) + bias
    return np.array([np.tanh(text[0]) for text in every])
