"""1e-5 is added to the sum.

Named: softmax-with-a-small-number-added
"""

import numpy as np


def softmax(scores, axis):
    exponentials = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return exponentials / (exponentials.sum(axis=axis, keepdims=True) + 1e-5)
