"""Padded queries see nothing either.

Named: causal-mask-without-padded-queries
"""

import numpy as np


def causal_mask(length, keys, start, attention_mask):
    i, j = np.arange(length)[:, None], np.arange(keys)[None, :]
    causal = j <= start + i
    return (
        causal[None, None]
        & (attention_mask != 0)[:, None, None, :]
        & (attention_mask[:, start : start + length] != 0)[:, None, :, None]
    )
