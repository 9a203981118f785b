"""The smallest score is taken off, not the largest."""

import numpy as np


def softmax(scores):
    exponentials = np.exp(scores - scores.min(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)
