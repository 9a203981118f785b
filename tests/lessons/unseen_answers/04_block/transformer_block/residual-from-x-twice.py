"""The second residual connection adds x and not a."""

import math

import numpy as np


def layer_norm(x, weights):
    centered = x - x.mean(axis=-1, keepdims=True)
    deviation = np.sqrt((centered**2).mean(axis=-1, keepdims=True) + 1e-12)
    return centered / deviation * weights["scale"] + weights["bias"]


def attention(x, weights):
    query, key, value = (x @ weights[name] for name in ("query", "key", "value"))
    scores = query @ key.T / math.sqrt(query.shape[-1])
    exponentials = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True) @ value @ weights["output"]


def feed_forward(x, weights):
    u = x @ weights["input"]
    gelu = 0.5 * u * (1 + np.vectorize(math.erf, otypes=[float])(u / math.sqrt(2)))
    return gelu @ weights["output"]


def transformer_block(x, parameters):
    a = layer_norm(x + attention(x, parameters["attention"]), parameters["attention_norm"])
    f = feed_forward(a, parameters["feed_forward"])
    return layer_norm(x + f, parameters["feed_forward_norm"])
