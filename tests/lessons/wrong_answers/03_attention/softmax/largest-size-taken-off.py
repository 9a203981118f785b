"""The largest absolute value is taken off.

Named: softmax-of-absolute-scores
"""

import numpy as np


def softmax(scores, axis):
    exponentials = np.exp(scores - np.abs(scores).max(axis=axis, keepdims=True))
    return exponentials / exponentials.sum(axis=axis, keepdims=True)
