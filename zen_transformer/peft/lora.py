"""LoRA: a change of low rank beside a frozen linear map.  Hu et al. 2021, section 4.1.

    y = x W + b + s · Dropout(x) A B          A [in, rank], B [rank, out]

    s = α / rank, or rank-stabilised s = α / √rank          Kalajdzievski 2023, section 3

A is drawn from ±1/√in and B is 0, so that the map is at first the frozen one. After the training
s A B can be added to W, and then nothing is slower than before.

DoRA takes the length of every column of the sum from a parameter of its own (Liu et al. 2024,
section 4.1); the gradient sees the norm as a constant:

    y = x V m / ‖V‖ + b          V = W + s A B,  m [out], at first ‖W‖;  ‖·‖ of every column
"""

import math

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float

from zen_transformer.layers.dropout import random_dropout
from zen_transformer.layers.linear import Linear
from zen_transformer.peft.attachment import Attached, Call


def lora(
    x: Float[Array, "*rows in"],
    lora_a: Float[Array, "in rank"],
    lora_b: Float[Array, "rank out"],
    scale: float,
) -> Float[Array, "*rows out"]:
    """s · x A B."""
    return scale * ((x @ lora_a) @ lora_b)


def lora_scale(alpha: float, rank: int, stabilised: bool = False) -> float:
    """s = α / rank, or α / √rank."""
    return alpha / (math.sqrt(rank) if stabilised else rank)


def column_norms(kernel: Float[Array, "in out"]) -> Float[Array, " out"]:
    """‖V‖ of every column."""
    return jnp.sqrt(jnp.sum(kernel**2, axis=0))


class LoraLinear(Attached):
    """Owns A and B, for DoRA m as well, and has the linear map beside which they stand."""

    own = ("lora_a", "lora_b", "magnitude")

    def __init__(
        self,
        base: Linear,
        rank: int,
        *,
        scale: float,
        dropout_rate: float = 0.0,
        dora: bool = False,
        number: int = 0,
        call: Call,
        rngs: nnx.Rngs,
    ):
        inputs, outputs = base.kernel.shape
        dtype, bound = base.kernel.dtype, 1 / math.sqrt(inputs)
        drawn = jax.random.uniform(rngs.params(), (inputs, rank), dtype, -bound, bound)
        self.base = base
        self.lora_a, self.lora_b = nnx.Param(drawn), nnx.Param(jnp.zeros((rank, outputs), dtype))
        self.magnitude = nnx.Param(column_norms(base.kernel[...])) if dora else None
        self.scale, self.dropout_rate, self.number, self.call = scale, dropout_rate, number, call

    @property
    def change(self) -> Float[Array, "in out"]:
        """s A B."""
        return self.scale * (self.lora_a[...] @ self.lora_b[...])

    def __call__(self, x: Float[Array, "*rows in"]) -> Float[Array, "*rows out"]:
        dropped = random_dropout(x, self.call.key_of(self.number), self.dropout_rate)
        change = lora(dropped, self.lora_a[...], self.lora_b[...], self.scale)
        if self.magnitude is None:
            return self.base(x) + change
        norms = jax.lax.stop_gradient(column_norms(self.kernel[...] + self.change))
        ratio = self.magnitude[...] / norms
        return self.base(x) + (ratio - 1) * (dropped @ self.kernel[...]) + ratio * change

    def merged(self) -> tuple[Float[Array, "in out"], Float[Array, " out"]]:
        """W + s A B, with DoRA's lengths, and b."""
        kernel = self.kernel[...] + self.change
        if self.magnitude is not None:
            kernel = kernel * self.magnitude[...] / column_norms(kernel)
        return kernel, self.base.bias[...]
