"""The weights are in W and not in S.

Named: loss-weights-forgotten
"""

import numpy as np


def cross_entropy(logits, labels, weights):
    logits = np.moveaxis(logits, 0, -1)
    top = logits.max(axis=-1)
    log_sum = top + np.log(np.exp(logits - top[..., None]).sum(axis=-1))
    right = np.take_along_axis(logits, labels[..., None], axis=-1)[..., 0]
    return (log_sum - right).sum(), weights.sum()
