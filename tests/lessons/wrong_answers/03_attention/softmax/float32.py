"""The exponentials are computed in float32."""

import numpy as np


def softmax(scores):
    exponentials = np.exp((scores - scores.max(axis=-1, keepdims=True)).astype(np.float32))
    return (exponentials / exponentials.sum(axis=-1, keepdims=True)).astype(np.float64)
