"""Keys and values of tokens that were read before.  Pope et al. 2022, section 3.

A token that is hidden from those before it changes nothing about them. So where a text grows by a
token, the keys and values of all that was read stay what they were, and only the new token's are
computed:

    K ← [K; k_t]    V ← [V; v_t]    y_t = Attention(q_t, K, V)

The place for them is made once, `capacity` tokens wide: the shapes stay the same while the text
grows, and one compiled step serves for all of it. Places not yet written are hidden by the mask.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float, Int


class KeyValues(NamedTuple):
    """What is looked at, head by head."""

    key: Float[Array, "batch heads keys head_dim"]
    value: Float[Array, "batch heads keys head_dim"]


def empty_cache(batch: int, heads: int, capacity: int, head_dim: int, dtype) -> KeyValues:
    """Room for `capacity` tokens."""
    shape = batch, heads, capacity, head_dim
    return KeyValues(jnp.zeros(shape, dtype), jnp.zeros(shape, dtype))  # two: each is written to


def write(cache: KeyValues, new: KeyValues, start: Int[Array, ""] | int) -> KeyValues:
    """The cache with the new tokens' keys and values from place `start` on."""
    return KeyValues(
        *(
            lax.dynamic_update_slice_in_dim(old, fresh, start, axis=2)
            for old, fresh in zip(cache, new, strict=True)
        )
    )
