"""The exponentials are computed in float32: right to seven digits of the scores' sixteen."""

import numpy as np


def softmax(scores, axis):
    exponentials = np.exp((scores - scores.max(axis=axis, keepdims=True)).astype(np.float32))
    return (exponentials / exponentials.sum(axis=axis, keepdims=True)).astype(np.float64)
