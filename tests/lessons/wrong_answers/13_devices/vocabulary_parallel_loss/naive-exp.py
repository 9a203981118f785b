"""No maximum is taken off.

Named: sharded-softmax-overflows
"""

import numpy as np


def vocabulary_parallel_loss(logits, labels):
    devices, rows, n = logits.shape
    m = np.zeros(rows)
    total = np.exp(logits - m[None, :, None]).sum(axis=-1).sum(axis=0)
    z = logits[labels // n, np.arange(rows), labels % n]
    return -z + m + np.log(total)
