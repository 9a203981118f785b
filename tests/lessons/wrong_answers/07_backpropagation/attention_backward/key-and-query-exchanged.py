"""dQ and dK are exchanged where they fit.

Named: queries-and-keys-exchanged-on-the-way-back
"""

import numpy as np


def attention_backward(dcontext, query, key, value, mask):
    d = query.shape[-1]
    s = query @ np.swapaxes(key, -1, -2) / np.sqrt(d)
    s = np.where(mask, s, np.finfo(s.dtype).min)
    a = np.exp(s - s.max(axis=-1, keepdims=True))
    a = a / a.sum(axis=-1, keepdims=True)
    dvalue = np.swapaxes(a, -1, -2) @ dcontext
    da = dcontext @ np.swapaxes(value, -1, -2)
    ds = mask * a * (da - (a * da).sum(axis=-1, keepdims=True))
    return np.swapaxes(ds, -1, -2) @ query / np.sqrt(d), ds @ key / np.sqrt(d), dvalue
