"""dS = A dA (1 - A): the softmax is taken for a sigmoid, entry by entry."""

import numpy as np


def attention_backward(dcontext, query, key, value, mask):
    d = query.shape[-1]
    s = np.where(mask, query @ key.swapaxes(-1, -2) / np.sqrt(d), np.finfo(query.dtype).min)
    e = np.exp(s - s.max(-1, keepdims=True))
    a = e / e.sum(-1, keepdims=True)
    da = dcontext @ value.swapaxes(-1, -2)
    ds = np.where(mask, a * da * (1 - a), 0)
    return (
        ds @ key / np.sqrt(d),
        ds.swapaxes(-1, -2) @ query / np.sqrt(d),
        a.swapaxes(-1, -2) @ dcontext,
    )
