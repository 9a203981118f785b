"""Attention in one piece: the same numbers as `scaled_dot_product_attention`, and never all of the
weights in memory.  Dao et al. 2022.

    Attention(Q, K, V) = softmax(Q Kᵀ / √d) V

Key by key the sum of the exponentials and the sum of the values weighted by them go on, and are
scaled anew where a larger score comes. So there are no weights to look at or to drop from.
"""

from typing import Literal

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

Implementation = Literal["explicit", "xla", "cudnn"]
"""The equation as it stands in attention.py; or JAX's, compiled by XLA like all else; or the
kernels of NVIDIA's library, in 16 bits only."""


def fused_attention(
    query: Float[Array, "batch heads length head_dim"],
    key: Float[Array, "batch heads keys head_dim"],
    value: Float[Array, "batch heads keys head_dim"],
    mask: Bool[Array, "batch #heads #length keys"],
    implementation: Literal["xla", "cudnn"],
) -> Float[Array, "batch heads length head_dim"]:
    """A V. Where every key is hidden from a query, its result is finite and means nothing."""
    lengths = query.shape[2], key.shape[2]
    attended = jax.nn.dot_product_attention(
        jnp.swapaxes(query, 1, 2),
        jnp.swapaxes(key, 1, 2),
        jnp.swapaxes(value, 1, 2),
        mask=jnp.broadcast_to(mask, (*mask.shape[:2], *lengths)),
        implementation=implementation,
    )
    return jnp.swapaxes(attended, 1, 2)
