"""The sum in dS goes over the queries (axis -2) and not over the keys."""

import numpy as np


def attention_backward(dcontext, query, key, value, mask):
    root = query.shape[-1] ** 0.5
    s = np.where(mask, np.einsum("bhqd,bhkd->bhqk", query, key) / root, -1e300)
    e = np.exp(s - s.max(-1, keepdims=True))
    a = e / e.sum(-1, keepdims=True)
    dv = np.einsum("bhqk,bhqd->bhkd", a, dcontext)
    da = np.einsum("bhqd,bhkd->bhqk", dcontext, value)
    ds = a * (da - (a * da).sum(-2, keepdims=True)) * mask
    dq = np.einsum("bhqk,bhkd->bhqd", ds, key) / root
    dk = np.einsum("bhqk,bhqd->bhkd", ds, query) / root
    return dq, dk, dv
