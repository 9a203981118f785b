"""ε is added to the deviation, outside the root."""

import numpy as np


def attention_sublayer(tensors, x, attention_mask, heads, epsilon):
    b, t, n = x.shape
    d = n // heads

    def linear(name, h):
        return h @ tensors[name + ".weight"].T + tensors[name + ".bias"]

    q, k, v = (
        linear("self." + name, x).reshape(b, t, heads, d).swapaxes(1, 2)
        for name in ("query", "key", "value")
    )
    s = q @ k.swapaxes(-1, -2) / d**0.5 + (1 - attention_mask[:, None, None, :]) * -1e30
    e = np.exp(s - s.max(-1, keepdims=True))
    c = (e / e.sum(-1, keepdims=True) @ v).swapaxes(1, 2).reshape(b, t, n)
    y = x + linear("output.dense", c)
    y = (y - y.mean(-1, keepdims=True)) / (y.std(-1, keepdims=True) + epsilon)
    return y * tensors["output.LayerNorm.weight"] + tensors["output.LayerNorm.bias"]
