"""-log(softmax), which is infinite where p underflows.

Named: sharded-probability-underflows
"""

import numpy as np


def vocabulary_parallel_loss(logits, labels):
    devices, rows, n = logits.shape
    m = logits.max(axis=-1).max(axis=0)
    total = np.exp(logits - m[None, :, None]).sum(axis=-1).sum(axis=0)
    z = logits[labels // n, np.arange(rows), labels % n]
    return -np.log(np.exp(z - m) / total)
