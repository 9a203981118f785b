"""Who may look at whom.

A mask is boolean, `[batch, 1, query length, key length]`, and True means "may be looked
at". The axis of size one stands for the heads; so does the query axis where every query
sees the same keys.
"""

import numpy as np
from jaxtyping import Bool, Shaped


def padding_mask(
    attention_mask: Shaped[np.ndarray, "batch length"],
) -> Bool[np.ndarray, "batch 1 1 length"]:
    """True where the key is a real token: padding is hidden from every query."""
    return attention_mask.astype(bool)[:, None, None, :]


def causal_mask(
    length: int, keys: int | None = None, start: int = 0
) -> Bool[np.ndarray, "1 1 length keys"]:
    """True where the key does not come after the query: j ≤ i. `a & b` puts masks together.

    Queries may be the tokens from `start` on, and keys those of a place that is wider.
    """
    i, j = np.arange(length), np.arange(length if keys is None else keys)
    return (j[None, :] <= start + i[:, None])[None, None]
