"""Attention masks: which keys each query may attend to.

A mask is boolean, `[batch, 1, query length, key length]`, and True means "may be attended to". The
axis of size one is broadcast over the heads. The query axis has size one as well where all queries
share the same keys.
"""

import numpy as np
from jaxtyping import Bool, Shaped


def padding_mask(
    attention_mask: Shaped[np.ndarray, "batch length"],
) -> Bool[np.ndarray, "batch 1 1 length"]:
    """True where the key is a real token: no query attends to padding."""
    return attention_mask.astype(bool)[:, None, None, :]


def causal_mask(
    length: int, keys: int | None = None, start: int = 0
) -> Bool[np.ndarray, "1 1 length keys"]:
    """True where key j does not come after query i: j ≤ start + i. `a & b` combines masks.

    Args:
        length: number of queries.
        keys: number of keys, such as the slots of a key–value cache; `length` if not given.
        start: position of the first query among the keys.
    """
    i, j = np.arange(length), np.arange(length if keys is None else keys)
    return (j[None, :] <= start + i[:, None])[None, None]
