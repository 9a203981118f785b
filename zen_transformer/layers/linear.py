"""The linear map.

    y = x W + b          W [in, out], b [out]

It acts on the last axis; any number of axes may precede it.
"""

from functools import partial
from typing import Any, Literal

import jax
import jax.numpy as jnp
from flax import nnx
from jax import lax
from jax.custom_derivatives import SymbolicZero
from jaxtyping import Array, Float

Implementation = Literal["explicit", "transposed_gradient"]


def linear(
    x: Float[Array, "*rows in"],
    kernel: Float[Array, "in out"],
    bias: Float[Array, " out"],
    implementation: Implementation = "explicit",
) -> Float[Array, "*rows out"]:
    """y = x W + b.  With "transposed_gradient" the gradient of W is computed by `product`."""
    if implementation == "transposed_gradient":
        return product(x, kernel) + bias
    return x @ kernel + bias


@jax.custom_jvp
def product(
    x: Float[Array, "*rows in"], kernel: Float[Array, "in out"]
) -> Float[Array, "*rows out"]:
    """x W, whose gradient of W is computed as (dyᵀ x)ᵀ instead of xᵀ dy, the same sums.

    XLA turns the one into the other, which the barrier forbids. On a CPU it then takes 7 instead of
    11 ms for 2,048 rows and a kernel of 512 × 128: the columns of an x that is 512 wide lie 2,048
    bytes apart and compete for the same few lines of the cache.
    """
    return x @ kernel


@partial(product.defjvp, symbolic_zeros=True)
def _product_jvp(primals: tuple[Array, Array], tangents: tuple[Any, Any]) -> tuple[Array, Array]:
    """ẋ W + x Ẇ; the gradient is its transpose. A frozen kernel, or an input without a gradient,
    has a symbolic zero, whose product is left out."""
    x, kernel = primals
    x_dot, kernel_dot = tangents
    change = jnp.zeros((*x.shape[:-1], kernel.shape[1]), x.dtype)
    if not isinstance(x_dot, SymbolicZero):
        change += x_dot @ kernel
    if not isinstance(kernel_dot, SymbolicZero):
        change += x @ lax.optimization_barrier(kernel_dot.T).T
    return product(x, kernel), change


def normal_parameter(rngs: nnx.Rngs, shape: tuple[int, ...], stddev: float, dtype) -> nnx.Param:
    """Draw a parameter from N(0, stddev²), not truncated, as HuggingFace does for BERT."""
    return nnx.Param(stddev * jax.random.normal(rngs.params(), shape, dtype))


class Linear(nnx.Module):
    """Owns W ~ N(0, stddev²) and b = 0.  `implementation` may be set to another one."""

    def __init__(
        self, in_features: int, out_features: int, *, stddev: float, rngs: nnx.Rngs, dtype
    ):
        self.kernel = normal_parameter(rngs, (in_features, out_features), stddev, dtype)
        self.bias = nnx.Param(jnp.zeros(out_features, dtype))
        self.implementation: Implementation = "explicit"

    def __call__(self, x: Float[Array, "*rows in"]) -> Float[Array, "*rows out"]:
        return linear(x, self.kernel[...], self.bias[...], self.implementation)
