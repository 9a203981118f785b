import numpy as np


def split_heads(x: np.ndarray, heads: int) -> np.ndarray:
    """Cut every vector into pieces, one for each head. The length comes first, then the batch.

        result[b, h, t, i] = x[t, b, h · head_dim + i]        head_dim = hidden / heads

    PyTorch's attention takes its vectors in this order.

    Args:
        x: [length, batch, hidden].
        heads: how many pieces; hidden is a multiple of it.

    Returns:
        [batch, heads, length, head_dim].
    """
    raise NotImplementedError
