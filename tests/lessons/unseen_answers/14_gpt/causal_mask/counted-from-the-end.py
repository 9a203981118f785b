"""np.tril with k = keys − length: the last token that asks stands at the last key."""

import numpy as np


def causal_mask(length, keys, start, attention_mask):
    causal = np.tril(np.ones((length, keys), bool), k=keys - length)
    return causal[None, None] & attention_mask.astype(bool)[:, None, None, :]
