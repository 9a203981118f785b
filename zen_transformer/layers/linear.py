"""The linear map.

    y = x W + b          W [in, out], b [out]

It acts on the last axis; any number of axes may precede it.
"""

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float


def linear(
    x: Float[Array, "*rows in"], kernel: Float[Array, "in out"], bias: Float[Array, " out"]
) -> Float[Array, "*rows out"]:
    """y = x W + b."""
    return x @ kernel + bias


def normal_parameter(rngs: nnx.Rngs, shape: tuple[int, ...], stddev: float, dtype) -> nnx.Param:
    """Draw a parameter from N(0, stddev²), not truncated, as HuggingFace does for BERT."""
    return nnx.Param(stddev * jax.random.normal(rngs.params(), shape, dtype))


class Linear(nnx.Module):
    """Owns W ~ N(0, stddev²) and b = 0."""

    def __init__(
        self, in_features: int, out_features: int, *, stddev: float, rngs: nnx.Rngs, dtype
    ):
        self.kernel = normal_parameter(rngs, (in_features, out_features), stddev, dtype)
        self.bias = nnx.Param(jnp.zeros(out_features, dtype))

    def __call__(self, x: Float[Array, "*rows in"]) -> Float[Array, "*rows out"]:
        return linear(x, self.kernel[...], self.bias[...])
