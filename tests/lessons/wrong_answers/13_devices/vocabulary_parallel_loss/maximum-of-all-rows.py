"""One maximum for all rows.

Named: one-maximum-for-all-rows
"""

import numpy as np


def vocabulary_parallel_loss(logits, labels):
    devices, rows, n = logits.shape
    m = np.full(rows, logits.max())
    total = np.exp(logits - m[None, :, None]).sum(axis=-1).sum(axis=0)
    z = logits[labels // n, np.arange(rows), labels % n]
    return -z + m + np.log(total)
