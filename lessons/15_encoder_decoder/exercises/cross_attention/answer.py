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
    """Queries of the one, keys and values of the other."""
    batch, target, hidden = x.shape
    head_dim = hidden // heads

    def split(rows: np.ndarray) -> np.ndarray:
        return rows.reshape(batch, -1, heads, head_dim).transpose(0, 2, 1, 3)

    query, key, value = split(x @ w_q), split(context @ w_k), split(context @ w_v)
    scores = query @ np.swapaxes(key, -1, -2) / np.sqrt(head_dim)
    visible = source_mask[:, None, None, :] != 0
    scores = np.where(visible, scores, np.finfo(scores.dtype).min)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights = weights / weights.sum(axis=-1, keepdims=True)
    attended = (weights @ value).transpose(0, 2, 1, 3)
    return attended.reshape(batch, target, hidden) @ w_o
