"""Layer normalization.  Ba, Kiros & Hinton 2016, section 3.

    μ  = mean(x)       σ² = mean((x − μ)²)          over the last axis
    y  = (x − μ) / √(σ² + ε) · γ + β                γ "scale", β "bias", both [hidden]

ε is added inside the root, and the variance is the biased one (divided by hidden, not by
hidden − 1). BERT has ε = 1e-12.
"""

import jax.numpy as jnp
from flax import nnx
from jax import lax
from jaxtyping import Array, Float

from zen_transformer.layers.precision import at_least_float32


def layer_norm(
    x: Float[Array, "*rows hidden"],
    scale: Float[Array, " hidden"],
    bias: Float[Array, " hidden"],
    epsilon: float,
) -> Float[Array, "*rows hidden"]:
    """(x − μ)/√(σ² + ε)·γ + β over the last axis."""
    wide = at_least_float32(x)
    centered = wide - jnp.mean(wide, axis=-1, keepdims=True)
    variance = jnp.mean(centered**2, axis=-1, keepdims=True)
    return (centered * lax.rsqrt(variance + epsilon) * scale + bias).astype(x.dtype)


class LayerNorm(nnx.Module):
    """Owns γ = 1 and β = 0."""

    def __init__(self, hidden: int, *, epsilon: float, dtype):
        self.scale = nnx.Param(jnp.ones(hidden, dtype))
        self.bias = nnx.Param(jnp.zeros(hidden, dtype))
        self.epsilon = epsilon

    def __call__(self, x: Float[Array, "*rows hidden"]) -> Float[Array, "*rows hidden"]:
        return layer_norm(x, self.scale[...], self.bias[...], self.epsilon)
