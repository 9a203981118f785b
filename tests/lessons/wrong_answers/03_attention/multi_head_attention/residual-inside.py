"""The heads are added to the result once more."""

import numpy as np


def multi_head_attention(parameters, x, mask, heads):
    def project(name):
        p = parameters[name]
        y = x @ p["kernel"] + p["bias"]
        return y.reshape(batch, length, heads, -1).transpose(0, 2, 1, 3)

    batch, length, hidden = x.shape
    q, k, v = project("query"), project("key"), project("value")
    s = q @ k.transpose(0, 1, 3, 2) / np.sqrt(hidden // heads)
    s = np.where(mask[:, None, None, :], s, np.finfo(float).min)
    a = np.exp(s - s.max(axis=-1, keepdims=True))
    a = a / a.sum(axis=-1, keepdims=True)
    y = (a @ v).transpose(0, 2, 1, 3).reshape(batch, length, hidden)
    return y @ parameters["output"]["kernel"] + y + parameters["output"]["bias"]
