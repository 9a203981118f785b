"""The bias of the values is forgotten."""

import numpy as np


def multi_head_attention(parameters, x, mask, heads):
    b, t, n = x.shape
    q = x @ parameters["query"]["kernel"] + parameters["query"]["bias"]
    k = x @ parameters["key"]["kernel"] + parameters["key"]["bias"]
    v = x @ parameters["value"]["kernel"]
    q, k, v = (a.reshape(b, t, heads, -1).swapaxes(1, 2) for a in (q, k, v))
    s = q @ k.swapaxes(-1, -2) / np.sqrt(n // heads)
    s = np.where(mask[:, None, None], s, -1e30)
    e = np.exp(s - s.max(-1, keepdims=True))
    c = ((e / e.sum(-1, keepdims=True)) @ v).swapaxes(1, 2).reshape(b, t, n)
    return c @ parameters["output"]["kernel"] + parameters["output"]["bias"]
