"""The new token does not look at itself.

Named: cache-without-the-new-token
"""

import numpy as np


def cached_attention_step(query, key, value, cached_keys, cached_values, place):
    keys, values = cached_keys.copy(), cached_values.copy()
    keys[:, place] = key
    values[:, place] = value
    k, v = keys[:, : max(place, 1)], values[:, : max(place, 1)]
    scores = np.einsum("hd,hjd->hj", query, k) / np.sqrt(query.shape[-1])
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    a = e / e.sum(axis=-1, keepdims=True)
    return np.einsum("hj,hjd->hd", a, v), keys, values
