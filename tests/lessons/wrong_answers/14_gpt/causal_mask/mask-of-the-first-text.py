"""The mask of the first text for all.

Named: causal-mask-of-the-first-text
"""

import numpy as np


def causal_mask(length, keys, start, attention_mask):
    i, j = np.arange(length)[:, None], np.arange(keys)[None, :]
    causal = j <= start + i
    return (
        causal[None, None]
        & np.broadcast_to(attention_mask[:1] != 0, attention_mask.shape)[:, None, None, :]
    )
