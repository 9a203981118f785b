"""A loop over the two sublayers, with the equations written out for the norm."""

import math

import numpy as np


def attention(x, weights):
    """Given: softmax(Q Kᵀ/√d) V W_o, in one head, of all tokens to all."""
    query, key, value = (x @ weights[name] for name in ("query", "key", "value"))
    scores = query @ key.T / math.sqrt(query.shape[-1])
    exponentials = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True) @ value @ weights["output"]


def feed_forward(x, weights):
    """Given: gelu(x W_1) W_2."""
    u = x @ weights["input"]
    gelu = 0.5 * u * (1 + np.vectorize(math.erf, otypes=[float])(u / math.sqrt(2)))
    return gelu @ weights["output"]


def transformer_block(x, parameters):
    for name in ("attention", "feed_forward"):
        norm = parameters[f"{name}_norm"]
        s = (
            attention(x, parameters[name])
            if name == "attention"
            else feed_forward(x, parameters[name])
        )
        s = s + x
        s = s - np.einsum("ti->t", s)[:, None] / s.shape[1]
        variance = np.einsum("ti,ti->t", s, s)[:, None] / s.shape[1]
        x = norm["bias"] + norm["scale"] * s * (variance + 1e-12) ** -0.5
    return x
