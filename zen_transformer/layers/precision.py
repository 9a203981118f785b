"""Sums over many entries are taken in float32 at least.

bfloat16 has 8 bits for the digits of a number: 256 + 1 is 256 there. So what adds up a whole
vector (LayerNorm, softmax, the loss) widens it first; matrix products add up in float32 by
themselves. float32 and float64 stay what they are.
"""

import jax.numpy as jnp
from jaxtyping import Array, Float


def widened(x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """The same numbers in float32, if they were in fewer bits."""
    return x.astype(jnp.promote_types(x.dtype, jnp.float32))
