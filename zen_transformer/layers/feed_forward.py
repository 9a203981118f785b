"""The position-wise feed-forward network.  Vaswani et al. 2017, section 3.3.

    FFN(x) = f(x W_1 + b_1) W_2 + b_2          W_1 [hidden, intermediate], W_2 back again

The same two linear maps are applied to every token independently; f is GELU in BERT.
"""

from collections.abc import Callable

from flax import nnx
from jaxtyping import Array, Float

from zen_transformer.layers.activations import ACTIVATIONS
from zen_transformer.layers.linear import Linear, linear


def feed_forward(
    x: Float[Array, "*rows hidden"],
    in_kernel: Float[Array, "hidden intermediate"],
    in_bias: Float[Array, " intermediate"],
    out_kernel: Float[Array, "intermediate hidden"],
    out_bias: Float[Array, " hidden"],
    activation: Callable[[Array], Array],
) -> Float[Array, "*rows hidden"]:
    """f(x W_1 + b_1) W_2 + b_2."""
    inner = activation(linear(x, in_kernel, in_bias))
    return linear(inner, out_kernel, out_bias, implementation="transposed_gradient")


class FeedForward(nnx.Module):
    """Owns W_1, b_1, W_2, b_2."""

    def __init__(
        self,
        hidden: int,
        intermediate: int,
        *,
        activation: str,
        stddev: float,
        rngs: nnx.Rngs,
        dtype,
        output_stddev: float | None = None,
    ):
        self.input = Linear(hidden, intermediate, stddev=stddev, rngs=rngs, dtype=dtype)
        stddev = stddev if output_stddev is None else output_stddev
        self.output = Linear(intermediate, hidden, stddev=stddev, rngs=rngs, dtype=dtype)
        self.output.implementation = "transposed_gradient"
        self.activation = activation

    def __call__(self, x: Float[Array, "*rows hidden"]) -> Float[Array, "*rows hidden"]:
        return self.output(ACTIVATIONS[self.activation](self.input(x)))
