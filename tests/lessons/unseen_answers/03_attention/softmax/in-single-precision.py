"""Computed in float32: right to seven digits."""

import numpy as np


def softmax(scores, axis):
    scores = np.asarray(scores, dtype=np.float32)
    e = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)
