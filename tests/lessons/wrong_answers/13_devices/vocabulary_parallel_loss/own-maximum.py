"""Every device takes its own maximum, and the sums are added without correction.

Named: maxima-of-shards-mixed
"""

import numpy as np


def vocabulary_parallel_loss(logits, labels):
    devices, rows, n = logits.shape
    m = logits.max(axis=-1).max(axis=0)
    total = np.exp(logits - logits.max(axis=-1, keepdims=True)).sum(axis=-1).sum(axis=0)
    z = logits[labels // n, np.arange(rows), labels % n]
    return -z + m + np.log(total)
