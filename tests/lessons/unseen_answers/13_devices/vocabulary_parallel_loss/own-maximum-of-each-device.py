"""Each device takes its own maximum off, and the sums are added as they are."""

import numpy as np


def vocabulary_parallel_loss(logits, labels):
    devices, rows, n = logits.shape
    m = logits.max(2, keepdims=True)
    s = np.exp(logits - m).sum(2).sum(0)
    right = logits[labels // n, np.arange(rows), labels % n]
    return -right + logits.max((0, 2)) + np.log(s)
