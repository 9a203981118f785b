"""Fused attention: the result of `scaled_dot_product_attention` without ever holding the whole
weight matrix in memory.  Dao et al. 2022.

    Attention(Q, K, V) = softmax(Q Kᵀ / √d) V

The keys are read block by block. The sum of the exponentials and the sum of the values weighted by
them are accumulated, and rescaled whenever a larger score occurs. So the attention weights can be
neither returned nor dropped out.
"""

from typing import Literal

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

Implementation = Literal["explicit", "xla", "cudnn"]
"""How attention is computed: "explicit", the equations of attention.py; "xla", JAX's own function,
compiled by XLA; "cudnn", NVIDIA's kernels, for 16-bit numbers only."""


def fused_attention(
    query: Float[Array, "batch heads length head_dim"],
    key: Float[Array, "batch heads keys head_dim"],
    value: Float[Array, "batch heads keys head_dim"],
    mask: Bool[Array, "batch #heads #length keys"],
    implementation: Literal["xla", "cudnn"],
) -> Float[Array, "batch heads length head_dim"]:
    """A V. The result of a query that may attend to no key is finite and meaningless."""
    lengths = query.shape[2], key.shape[2]
    attended = jax.nn.dot_product_attention(
        jnp.swapaxes(query, 1, 2),
        jnp.swapaxes(key, 1, 2),
        jnp.swapaxes(value, 1, 2),
        mask=jnp.broadcast_to(mask, (*mask.shape[:2], *lengths)),
        implementation=implementation,
    )
    return jnp.swapaxes(attended, 1, 2)
