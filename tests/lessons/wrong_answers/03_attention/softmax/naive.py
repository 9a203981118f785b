"""Nothing is taken off.

Named: softmax-without-maximum
"""

import numpy as np


def softmax(scores, axis):
    return np.exp(scores) / np.exp(scores).sum(axis=axis, keepdims=True)
