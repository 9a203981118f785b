"""The bias of the queries is used for keys and values as well."""

import numpy as np


def attention_sublayer(tensors, x, attention_mask, heads, epsilon):
    b, t, n = x.shape
    d = n // heads

    def part(name):
        y = x @ tensors[f"self.{name}.weight"].T + tensors["self.query.bias"]
        return y.reshape(b, t, heads, d).transpose(0, 2, 1, 3)

    q, k, v = part("query"), part("key"), part("value")
    s = q @ k.transpose(0, 1, 3, 2) / np.sqrt(d)
    s = np.where(attention_mask[:, None, None, :] == 1, s, -1e30)
    e = np.exp(s - s.max(-1, keepdims=True))
    c = (e / e.sum(-1, keepdims=True) @ v).transpose(0, 2, 1, 3).reshape(b, t, n)
    y = x + c @ tensors["output.dense.weight"].T + tensors["output.dense.bias"]
    m = y.mean(-1, keepdims=True)
    y = (y - m) / np.sqrt(y.var(-1, keepdims=True) + epsilon)
    return y * tensors["output.LayerNorm.weight"] + tensors["output.LayerNorm.bias"]
