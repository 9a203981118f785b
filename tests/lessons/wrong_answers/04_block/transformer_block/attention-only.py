"""The block ends behind the attention.

Named: attention-without-the-network
"""

import math

import numpy as np


def layer_norm(x, weights):
    """Given: (x − μ)/√(σ² + ε)·γ + β."""
    centered = x - x.mean(axis=-1, keepdims=True)
    deviation = np.sqrt((centered**2).mean(axis=-1, keepdims=True) + 1e-12)
    return centered / deviation * weights["scale"] + weights["bias"]


def attention(x, weights):
    """Given: softmax(Q Kᵀ/√d) V W_o, in one head, of all tokens to all."""
    query, key, value = (x @ weights[name] for name in ("query", "key", "value"))
    scores = query @ key.T / math.sqrt(query.shape[-1])
    exponentials = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True) @ value @ weights["output"]


def transformer_block(x, parameters):
    return layer_norm(x + attention(x, parameters["attention"]), parameters["attention_norm"])
