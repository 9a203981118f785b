"""The logarithm of the softmax, which is 0 where a class is impossible."""

import numpy as np


def cross_entropy(logits, labels, weights):
    e = np.exp(logits - logits.max(axis=-1, keepdims=True))
    p = e / e.sum(axis=-1, keepdims=True)
    right = np.take_along_axis(p, labels[..., None], axis=-1)[..., 0]
    return (-weights * np.log(right)).sum(), weights.sum()
