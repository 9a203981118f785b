"""IA³: learnt factors for what a frozen linear map gives, or for what it gets.  Liu et al. 2022,
section 3.3.

    y = (x W + b) ⊙ l          l [out], on keys and values
    y = (x ⊙ l) W + b          l [in], on the second map of the feed-forward network

All factors are 1 at the start: then the map is the frozen one, to the bit.
"""

from typing import Literal

import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float

from zen_transformer.layers.linear import Linear
from zen_transformer.peft.attachment import Attached


class Ia3Linear(Attached):
    """Owns l, and has the linear map beside which it stands."""

    own = ("factors",)

    def __init__(self, base: Linear, side: Literal["input", "output"]):
        inputs, outputs = base.kernel.shape
        size = inputs if side == "input" else outputs
        self.base, self.side = base, side
        self.factors = nnx.Param(jnp.ones(size, base.kernel.dtype))

    def __call__(self, x: Float[Array, "*rows in"]) -> Float[Array, "*rows out"]:
        if self.side == "input":
            return self.base(x * self.factors[...])
        return self.base(x) * self.factors[...]

    def merged(self) -> tuple[Float[Array, "in out"], Float[Array, " out"]]:
        """W and b with the factors in them."""
        kernel, bias, factors = self.base.kernel[...], self.base.bias[...], self.factors[...]
        if self.side == "input":
            return factors[:, None] * kernel, bias
        return kernel * factors, bias * factors
