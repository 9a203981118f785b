"""The non-linearities of the feed-forward layer.

    gelu(x)     = x Φ(x) = x/2 · (1 + erf(x/√2))              Hendrycks & Gimpel 2016, section 2
    gelu_new(x) = x/2 · (1 + tanh(√(2/π) (x + 0.044715 x³)))  the approximation, as GPT-2 has it
    relu(x)     = max(x, 0)
    silu(x)     = x / (1 + e^(−x))                            Elfwing et al. 2018, "swish" too

BERT uses the exact GELU. The approximation differs by up to 5e-4: enough to make a comparison of
two implementations fail, too little to be seen in a loss curve.
"""

import math
from collections.abc import Callable

import jax.numpy as jnp
from jax.scipy.special import erf
from jaxtyping import Array, Float


def gelu(x: Float[Array, "..."]) -> Float[Array, "..."]:
    """x Φ(x), with Φ the distribution function of the standard normal."""
    return 0.5 * x * (1.0 + erf(x * math.sqrt(0.5)))


SATURATED = 10.0
"""From here on tanh is 1 in float64, and x³ need not be computed, which could overflow."""


def gelu_new(x: Float[Array, "..."]) -> Float[Array, "..."]:
    """The tanh approximation of `gelu`."""
    z = jnp.clip(x, -SATURATED, SATURATED)
    return 0.5 * x * (1.0 + jnp.tanh(math.sqrt(2.0 / math.pi) * (z + 0.044715 * z**3)))


def relu(x: Float[Array, "..."]) -> Float[Array, "..."]:
    """max(x, 0). The derivative at 0 is 0, as in PyTorch; that of `jnp.maximum` would be ½."""
    return jnp.where(x > 0.0, x, 0.0)


def silu(x: Float[Array, "..."]) -> Float[Array, "..."]:
    """x σ(x), with the logistic function σ(x) = (1 + tanh(x/2)) / 2, which does not overflow."""
    return 0.5 * x * (1.0 + jnp.tanh(0.5 * x))


ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "gelu": gelu,
    "gelu_new": gelu_new,
    "relu": relu,
    "silu": silu,
}
"""Activation functions by their names in HuggingFace's `hidden_act`."""
