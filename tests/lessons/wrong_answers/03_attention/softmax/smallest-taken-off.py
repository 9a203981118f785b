"""The smallest score is taken off, not the largest.

Named: softmax-with-the-smallest-taken-off
"""

import numpy as np


def softmax(scores, axis):
    exponentials = np.exp(scores - scores.min(axis=axis, keepdims=True))
    return exponentials / exponentials.sum(axis=axis, keepdims=True)
