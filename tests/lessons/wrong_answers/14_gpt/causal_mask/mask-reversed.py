"""The mask of the padding is read from the end.

Named: causal-mask-padding-turned-round
"""

import numpy as np


def causal_mask(length, keys, start, attention_mask):
    i, j = np.arange(length)[:, None], np.arange(keys)[None, :]
    causal = j <= start + i
    return causal[None, None] & (attention_mask[:, ::-1] != 0)[:, None, None, :]
