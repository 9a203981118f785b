"""The exponential of the score less the log of the sum, by logaddexp."""

import numpy as np


def softmax(scores, axis):
    return np.exp(scores - np.logaddexp.reduce(scores, axis=axis, keepdims=True))
