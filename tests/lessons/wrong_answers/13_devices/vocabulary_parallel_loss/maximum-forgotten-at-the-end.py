"""m is taken off the exponent but not added again.

Named: own-maximum-not-put-back
"""

import numpy as np


def vocabulary_parallel_loss(logits, labels):
    devices, rows, n = logits.shape
    m = logits.max(axis=-1).max(axis=0)
    total = np.exp(logits - m[None, :, None]).sum(axis=-1).sum(axis=0)
    z = logits[labels // n, np.arange(rows), labels % n]
    return -z + np.log(total)
