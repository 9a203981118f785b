import math

import numpy as np

Weights = dict[str, np.ndarray]


def layer_norm(x: np.ndarray, weights: Weights) -> np.ndarray:
    """Given: (x − μ)/√(σ² + ε)·γ + β."""
    centered = x - x.mean(axis=-1, keepdims=True)
    deviation = np.sqrt((centered**2).mean(axis=-1, keepdims=True) + 1e-12)
    return centered / deviation * weights["scale"] + weights["bias"]


def attention(x: np.ndarray, weights: Weights) -> np.ndarray:
    """Given: softmax(Q Kᵀ/√d) V W_o, in one head, of all tokens to all."""
    query, key, value = (x @ weights[name] for name in ("query", "key", "value"))
    scores = query @ key.T / math.sqrt(query.shape[-1])
    exponentials = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True) @ value @ weights["output"]


def feed_forward(x: np.ndarray, weights: Weights) -> np.ndarray:
    """Given: gelu(x W_1) W_2."""
    u = x @ weights["input"]
    gelu = 0.5 * u * (1 + np.vectorize(math.erf, otypes=[float])(u / math.sqrt(2)))
    return gelu @ weights["output"]


def transformer_block(x: np.ndarray, parameters: dict[str, Weights]) -> np.ndarray:
    """BERT's block, without dropout.

        a = LayerNorm(x + Attention(x))
        y = LayerNorm(a + FFN(a))

    The pieces are given above. Each LayerNorm has weights of its own.

    Args:
        x: [tokens, hidden].
        parameters: "attention", "attention_norm", "feed_forward" and "feed_forward_norm", each
            what the function above takes as `weights`.

    Returns:
        y, [tokens, hidden].
    """
    raise NotImplementedError
