import numpy as np


def split_heads(x: np.ndarray, heads: int) -> np.ndarray:
    """Reshape first, then swap the axes."""
    batch, length, hidden = x.shape
    return x.reshape(batch, length, heads, hidden // heads).transpose(0, 2, 1, 3)
