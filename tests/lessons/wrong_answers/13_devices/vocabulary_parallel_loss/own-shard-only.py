"""The softmax of the device that has the label only.

Named: softmax-over-a-shard-only
"""

import numpy as np


def vocabulary_parallel_loss(logits, labels):
    devices, rows, n = logits.shape
    own = logits[labels // n, np.arange(rows)]
    m = own.max(axis=-1)
    return -own[np.arange(rows), labels % n] + m + np.log(np.exp(own - m[:, None]).sum(axis=-1))
