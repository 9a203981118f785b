"""The key–value cache: keys and values of the tokens read so far.  Pope et al. 2022, section 3.

Under a causal mask a new token does not change the keys and values of the tokens before it. So when
a text grows by one token, the earlier keys and values are kept, and only those of the new token are
computed:

    K ← [K; k_t]    V ← [V; v_t]    y_t = Attention(q_t, K, V)

The arrays are allocated once for `capacity` tokens, so shapes stay the same while the text grows
and one compiled step serves all of it. Slots not written yet are hidden by the mask.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float, Int


class KeyValues(NamedTuple):
    """The keys and values that queries attend to, split into heads."""

    key: Float[Array, "batch heads keys head_dim"]
    value: Float[Array, "batch heads keys head_dim"]


def empty_cache(batch: int, heads: int, capacity: int, head_dim: int, dtype) -> KeyValues:
    """Allocate zeros for `capacity` tokens."""
    shape = batch, heads, capacity, head_dim
    return KeyValues(jnp.zeros(shape, dtype), jnp.zeros(shape, dtype))  # two buffers to write to


def write(cache: KeyValues, new: KeyValues, start: Int[Array, ""] | int) -> KeyValues:
    """Return the cache with the new tokens' keys and values written at slot `start` and after."""
    return KeyValues(
        *(
            lax.dynamic_update_slice_in_dim(old, fresh, start, axis=2)
            for old, fresh in zip(cache, new, strict=True)
        )
    )
