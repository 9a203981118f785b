"""Who may look at whom.

A mask is boolean, `[batch, 1, query length, key length]`, and True means "may be looked
at". The axis of size one stands for the heads; so does the query axis where every query
sees the same keys.
"""

import jax.numpy as jnp
from jaxtyping import Array, Bool, Int, Shaped


def padding_mask(
    attention_mask: Shaped[Array, "batch length"],
) -> Bool[Array, "batch 1 1 length"]:
    """True where the key is a real token: padding is hidden from every query."""
    return attention_mask.astype(bool)[:, None, None, :]


def packed_mask(
    sequence_ids: Int[Array, "batch length"],
) -> Bool[Array, "batch 1 length length"]:
    """True where query and key are of one sequence: rows that hold several of them, numbered 1, 2,
    …, with 0 for padding. In the order of the sequences the mask is block-diagonal."""
    same = sequence_ids[:, None, :, None] == sequence_ids[:, None, None, :]
    return same & (sequence_ids > 0)[:, None, None, :]


def causal_mask(
    length: int, keys: int | None = None, start: Int[Array, ""] | int = 0
) -> Bool[Array, "1 1 length keys"]:
    """True where the key does not come after the query: j ≤ i. `a & b` puts masks together.

    Queries may be the tokens from `start` on, and keys those of a place that is wider.
    """
    i, j = jnp.arange(length), jnp.arange(length if keys is None else keys)
    return (j[None, :] <= start + i[:, None])[None, None]
