"""The queries are the last places, whatever start is.

Named: causal-mask-from-the-end-of-the-cache
"""

import numpy as np


def causal_mask(length, keys, start, attention_mask):
    i, j = np.arange(length)[:, None], np.arange(keys)[None, :]
    causal = j <= keys - length + i
    return causal[None, None] & (attention_mask != 0)[:, None, None, :]
