import numpy as np


def split_heads(x: np.ndarray, heads: int) -> np.ndarray:
    """Cut every vector into pieces, one for each head.

        result[b, h, t, i] = x[b, t, h · head_dim + i]        head_dim = hidden / heads

    Args:
        x: [batch, length, hidden].
        heads: how many pieces; hidden is a multiple of it.

    Returns:
        [batch, heads, length, head_dim].
    """
    raise NotImplementedError
