"""Attention masks: which keys each query may attend to.

A mask is boolean, `[batch, 1, query length, key length]`, and True means "may be attended to". The
axis of size one is broadcast over the heads. The query axis has size one as well where all queries
share the same keys.
"""

import jax.numpy as jnp
from jaxtyping import Array, Bool, Int, Shaped


def padding_mask(
    attention_mask: Shaped[Array, "batch length"],
) -> Bool[Array, "batch 1 1 length"]:
    """True where the key is a real token: no query attends to padding."""
    return attention_mask.astype(bool)[:, None, None, :]


def packed_mask(
    sequence_ids: Int[Array, "batch length"],
) -> Bool[Array, "batch 1 length length"]:
    """True where query and key belong to the same sequence of a packed row. `sequence_ids` numbers
    the sequences of a row 1, 2, …, with 0 for padding; the mask is block-diagonal."""
    same = sequence_ids[:, None, :, None] == sequence_ids[:, None, None, :]
    return same & (sequence_ids > 0)[:, None, None, :]


def causal_mask(
    length: int, keys: int | None = None, start: Int[Array, ""] | int = 0
) -> Bool[Array, "1 1 length keys"]:
    """True where key j does not come after query i: j ≤ start + i. `a & b` combines masks.

    Args:
        length: number of queries.
        keys: number of keys, such as the slots of a key–value cache; `length` if not given.
        start: position of the first query among the keys.
    """
    i, j = jnp.arange(length), jnp.arange(length if keys is None else keys)
    return (j[None, :] <= start + i[:, None])[None, None]
