import numpy as np


def split_heads(x: np.ndarray, heads: int) -> np.ndarray:
    """Reshape first, then bring the axes into their order."""
    length, batch, hidden = x.shape
    return x.reshape(length, batch, heads, hidden // heads).transpose(1, 2, 0, 3)
