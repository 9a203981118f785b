import numpy as np


def cross_attention(
    x: np.ndarray,
    context: np.ndarray,
    w_q: np.ndarray,
    w_k: np.ndarray,
    w_v: np.ndarray,
    w_o: np.ndarray,
    heads: int,
    target_mask: np.ndarray,
    source_mask: np.ndarray,
) -> np.ndarray:
    """The tokens of one text look at those of another.

        Q = X W_q        K = C W_k        V = C W_v
        for each head: softmax(Q Kᵀ / √head_dim where the mask allows) V, side by side, times W_o

    A token of the target may look at every real token of the source.

    Args:
        x: X, the target's vectors, [batch, target, hidden].
        context: C, the source's vectors, [batch, source, hidden]. The two may have equally many
            places or not.
        w_q, w_k, w_v, w_o: [hidden, hidden].
        heads: head h has the columns h · head_dim to (h + 1) · head_dim of Q, K and V.
        target_mask, source_mask: 1 for a real token, 0 for padding, [batch, target] and
            [batch, source]. One of them is not needed.

    Returns:
        [batch, target, hidden], for padded places of the target too.
    """
    raise NotImplementedError
