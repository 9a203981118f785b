"""The variance of the LayerNorm is divided by hidden - 1.

Named: port-norm-divided-by-one-less
"""

import numpy as np


def attention_sublayer(tensors, x, attention_mask, heads, epsilon):
    batch, length, hidden = x.shape
    head_dim = hidden // heads

    def linear(h, name):
        return h @ tensors[f"{name}.weight"].T + tensors[f"{name}.bias"]

    def split(h):
        return h.reshape(batch, length, heads, head_dim).transpose(0, 2, 1, 3)

    q, k, v = (split(linear(x, f"self.{name}")) for name in ("query", "key", "value"))
    scores = q @ k.transpose(0, 1, 3, 2) / np.sqrt(head_dim)
    scores = np.where(attention_mask[:, None, None, :] > 0, scores, -np.inf)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    a = e / e.sum(axis=-1, keepdims=True)
    joined = (a @ v).transpose(0, 2, 1, 3).reshape(batch, length, hidden)
    s = x + linear(joined, "output.dense")
    mean = s.mean(axis=-1, keepdims=True)
    variance = s.var(axis=-1, ddof=1, keepdims=True)
    z = (s - mean) / np.sqrt(variance + epsilon)
    return z * tensors["output.LayerNorm.weight"] + tensors["output.LayerNorm.bias"]
