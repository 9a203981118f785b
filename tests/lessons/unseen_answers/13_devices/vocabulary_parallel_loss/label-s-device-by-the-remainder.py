"""z_y is read on the device label // devices, at label % devices."""

import numpy as np


def vocabulary_parallel_loss(logits, labels):
    devices, rows, n = logits.shape
    m = logits.max((0, 2))
    s = np.exp(logits - m[None, :, None]).sum((0, 2))
    right = logits[labels % devices, np.arange(rows), np.minimum(labels // devices, n - 1)]
    return -right + m + np.log(s)
