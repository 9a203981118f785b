"""The logarithm of the weights.

Named: softmax-as-logarithm
"""

import numpy as np


def softmax(scores, axis):
    z = scores - scores.max(axis=axis, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=axis, keepdims=True))
