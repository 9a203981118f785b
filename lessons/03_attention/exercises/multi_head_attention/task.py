import numpy as np


def multi_head_attention(
    parameters: dict[str, dict[str, np.ndarray]], x: np.ndarray, mask: np.ndarray, heads: int
) -> np.ndarray:
    """Attention of a sequence to itself, in several heads.

        Q, K, V = X W_q + b_q, X W_k + b_k, X W_v + b_v
        MultiHead(X) = concat(softmax(Q_h K_hᵀ / √d) V_h for each head h) W_o + b_o

    Args:
        parameters: "query", "key", "value" and "output", each with a "kernel", [in, out], and a
            "bias", [out].
        x: [batch, length, hidden].
        mask: booleans, [batch, length]. True is a real token, False is padding, which nobody
            looks at.
        heads: how many; hidden is a multiple of it.

    Returns:
        [batch, length, hidden].
    """
    raise NotImplementedError
