"""The matrices are joined, one network."""

import numpy as np


def tensor_parallel_feed_forward(x, w1, b1, w2, b2):
    inner = x @ np.concatenate(list(w1), axis=1) + b1.ravel()
    inner[inner < 0] = 0
    return inner @ np.vstack(list(w2)) + b2
