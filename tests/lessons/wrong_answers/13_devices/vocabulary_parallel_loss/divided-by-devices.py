"""label // devices is the device.

Named: label-dealt-in-turn
"""

import numpy as np


def vocabulary_parallel_loss(logits, labels):
    devices, rows, n = logits.shape
    m = logits.max(axis=-1).max(axis=0)
    total = np.exp(logits - m[None, :, None]).sum(axis=-1).sum(axis=0)
    z = logits[labels % devices, np.arange(rows), labels // devices]
    return -z + m + np.log(total)
