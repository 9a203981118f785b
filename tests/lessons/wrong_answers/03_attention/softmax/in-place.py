"""The largest score is taken off in place.

Named: softmax-changes-its-argument
"""

import numpy as np


def softmax(scores, axis):
    scores -= scores.max(axis=axis, keepdims=True)
    exponentials = np.exp(scores)
    return exponentials / exponentials.sum(axis=axis, keepdims=True)
