"""The largest logit of the whole batch is taken off.

Named: one-maximum-for-the-batch
"""

import numpy as np


def cross_entropy(logits, labels, weights):
    logits = np.moveaxis(logits, 0, -1)
    top = logits.max()
    log_sum = top + np.log(np.exp(logits - top).sum(axis=-1))
    right = np.take_along_axis(logits, labels[..., None], axis=-1)[..., 0]
    return (weights * (log_sum - right)).sum(), weights.sum()
