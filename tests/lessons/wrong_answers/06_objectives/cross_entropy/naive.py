"""Nothing is taken off before the exponentials.

Named: softmax-without-the-maximum
"""

import numpy as np


def cross_entropy(logits, labels, weights):
    logits = np.moveaxis(logits, 0, -1)
    log_sum = np.log(np.exp(logits).sum(axis=-1))
    right = np.take_along_axis(logits, labels[..., None], axis=-1)[..., 0]
    return (weights * (log_sum - right)).sum(), weights.sum()
