"""The scores are divided by the largest one so that they are not too large."""

import numpy as np


def softmax(scores, axis):
    scores = scores / np.maximum(np.abs(scores).max(axis=axis, keepdims=True), 1)
    exponentials = np.exp(scores)
    return exponentials / exponentials.sum(axis=axis, keepdims=True)
