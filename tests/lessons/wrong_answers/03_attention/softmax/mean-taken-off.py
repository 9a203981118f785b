"""The mean is taken off, not the largest score.

Named: softmax-with-the-mean-taken-off
"""

import numpy as np


def softmax(scores, axis):
    exponentials = np.exp(scores - scores.mean(axis=axis, keepdims=True))
    return exponentials / exponentials.sum(axis=axis, keepdims=True)
