"""The exponentials are computed in float32, which suffices for weights."""

import numpy as np


def softmax(scores, axis):
    exponentials = np.exp((scores - scores.max(axis=axis, keepdims=True)).astype(np.float32))
    return (exponentials / exponentials.sum(axis=axis, keepdims=True)).astype(np.float64)
