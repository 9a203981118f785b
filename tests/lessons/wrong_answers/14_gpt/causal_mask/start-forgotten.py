"""start is not added.

Named: causal-mask-without-the-start
"""

import numpy as np


def causal_mask(length, keys, start, attention_mask):
    i, j = np.arange(length)[:, None], np.arange(keys)[None, :]
    causal = j <= i
    return causal[None, None] & (attention_mask != 0)[:, None, None, :]
