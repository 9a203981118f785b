"""The maximum is taken of the sum.

Named: activation-behind-the-sum
"""

import numpy as np


def tensor_parallel_feed_forward(x, w1, b1, w2, b2):
    y = np.zeros((len(x), w2.shape[-1]))
    for d in range(len(w1)):
        y = y + (x @ w1[d] + b1[d]) @ w2[d]
    return np.maximum(0, y) + b2
