"""j ≤ i − s: the start goes to the wrong side."""

import numpy as np


def causal_mask(length, keys, start, attention_mask):
    causal = np.arange(keys)[None, :] + start <= np.arange(length)[:, None]
    return (causal[None] & (attention_mask != 0)[:, None, :])[:, None]
