"""Sums over many entries are computed in float32 at least.

bfloat16 has 8 significant bits: 256 + 1 is 256 there. So functions that sum over a whole vector
(LayerNorm, softmax, the loss) convert it first. Matrix products accumulate in float32 already.
"""

import jax.numpy as jnp
from jaxtyping import Array, Float


def at_least_float32(x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """Convert 16-bit numbers to float32; float32 and float64 stay as they are."""
    return x.astype(jnp.promote_types(x.dtype, jnp.float32))
