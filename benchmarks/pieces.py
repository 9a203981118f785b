"""Time of each part of a training step, printed as a table.

    python -m benchmarks.pieces

Times the parts of `train-4x256` one by one, forward and with the gradient, and the time that their
matrix products would take at the rate of this machine.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from benchmarks.rates import matmul_rate
from zen_transformer.layers.activations import gelu
from zen_transformer.layers.attention import join_heads, scaled_dot_product_attention, split_heads
from zen_transformer.layers.cross_entropy import cross_entropy
from zen_transformer.layers.feed_forward import feed_forward
from zen_transformer.layers.heads import tied_logits
from zen_transformer.layers.linear import linear
from zen_transformer.layers.normalization import layer_norm
from zen_transformer.training.throughput import seconds

BATCH, LENGTH, HIDDEN, INNER, HEADS, VOCAB, PREDICTIONS = 32, 128, 256, 1024, 4, 8192, 608
TOKENS = BATCH * LENGTH


def normal(*shape: int) -> Array:
    """Draw small random numbers."""
    return jnp.asarray(0.1 * np.random.default_rng(0).normal(size=shape), jnp.float32)


def attend(query: Array, key: Array, value: Array) -> Array:
    """Attention without its four projections."""
    heads = (split_heads(x, BATCH, HEADS) for x in (query, key, value))
    return join_heads(
        scaled_dot_product_attention(*heads, jnp.ones((BATCH, 1, 1, LENGTH), bool))[0]
    )


def head_loss(hidden: Array, table: Array, bias: Array) -> Array:
    """The logits over the vocabulary and their loss."""
    labels, weights = jnp.zeros(PREDICTIONS, jnp.int32), jnp.ones(PREDICTIONS)
    return cross_entropy(tied_logits(hidden, table, bias), labels, weights).sum


def pieces() -> dict[str, tuple[Callable[..., Array], tuple[Array, ...], float]]:
    """Return by name the function, its arguments, and the number of multiplications."""
    x, wide, bias = normal(TOKENS, HIDDEN), normal(HIDDEN, INNER), normal(HIDDEN)
    network = (x, wide, normal(INNER), normal(INNER, HIDDEN), bias)
    head = (normal(PREDICTIONS, HIDDEN), normal(VOCAB, HIDDEN), normal(VOCAB))
    square = TOKENS * HIDDEN**2
    return {
        "a map of 256 × 256": (linear, (x, normal(HIDDEN, HIDDEN), bias), square),
        "the feed-forward network": (lambda *w: feed_forward(*w, gelu), network, 8 * square),
        "GELU alone": (gelu, (normal(TOKENS, INNER),), 0),
        "attention without its maps": (attend, (x, x, x), 2 * TOKENS * LENGTH * HIDDEN),
        "LayerNorm": (lambda *w: layer_norm(*w, 1e-12), (x, bias, bias), 0),
        "the masked words' logits and loss": (head_loss, head, PREDICTIONS * HIDDEN * VOCAB),
    }


def with_gradient(function: Callable[..., Array]) -> Callable[..., Any]:
    """Return a function that also computes the gradient of the sum of its result."""

    def both(*arguments: Array) -> Any:
        result, back = jax.vjp(function, *arguments)
        return result, back(jnp.ones_like(result))

    return both


def main() -> None:
    """Measure and print."""
    rate = matmul_rate()
    print("| | forward | with gradient | at the rate |\n|---|---|---|---|")
    for name, (function, arguments, products) in pieces().items():
        times = (seconds(f, *arguments) for f in (function, with_gradient(function)))
        cells = [f"{1e3 * time:.2f} ms" for time in (*times, 6 * products / rate)]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
