"""The largest absolute value is taken off."""

import numpy as np


def softmax(scores):
    exponentials = np.exp(scores - np.abs(scores).max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)
