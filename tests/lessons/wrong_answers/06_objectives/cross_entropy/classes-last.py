"""The classes are taken for the last axis, as in the lesson.

Named: classes-taken-for-the-last-axis
"""

import numpy as np


def cross_entropy(logits, labels, weights):
    top = logits.max(axis=-1, keepdims=True)
    log_sum = np.log(np.exp(logits - top).sum(axis=-1)) + top[..., 0]
    right = np.take_along_axis(logits, labels[..., None], axis=-1)[..., 0]
    return (weights * (log_sum - right)).sum(), weights.sum()
