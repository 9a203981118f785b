"""The non-linearities of the feed-forward layer.

    gelu(x)     = x Φ(x) = x/2 · (1 + erf(x/√2))              Hendrycks & Gimpel 2016, section 2
    gelu_new(x) = x/2 · (1 + tanh(√(2/π) (x + 0.044715 x³)))  the approximation, as GPT-2 has it
    relu(x)     = max(x, 0)
    silu(x)     = x / (1 + e^(−x))                            Elfwing et al. 2018, "swish" too

All four act entry by entry, y_i = f(x_i), so dx_i = dy_i f′(x_i).
"""

import math
from collections.abc import Callable

import numpy as np
from jaxtyping import Float

Array = Float[np.ndarray, "*shape"]


def erf(x: Array) -> Array:
    """erf(x) = 2/√π ∫₀ˣ exp(−t²) dt, entry by entry with `math.erf`, since NumPy has none."""
    return np.vectorize(math.erf, otypes=[x.dtype])(x)


def gelu(x: Array) -> Array:
    """x Φ(x), with Φ the distribution function of the standard normal."""
    return 0.5 * x * (1.0 + erf(x * math.sqrt(0.5)))


def gelu_backward(dy: Array, x: Array) -> Array:
    """dx.

    The product rule on x Φ(x), and Φ′ = φ, the density exp(−x²/2)/√(2π):

        f′(x) = Φ(x) + x φ(x)
    """
    distribution = 0.5 * (1.0 + erf(x * math.sqrt(0.5)))
    density = np.exp(-0.5 * x**2) / math.sqrt(2.0 * math.pi)
    return dy * (distribution + x * density)


SATURATED = 10.0
"""From here on tanh is 1 in float64, and x³ need not be computed, which could overflow."""


def gelu_new(x: Array) -> Array:
    """The tanh approximation of `gelu`."""
    z = np.clip(x, -SATURATED, SATURATED)
    return 0.5 * x * (1.0 + np.tanh(math.sqrt(2.0 / math.pi) * (z + 0.044715 * z**3)))


def gelu_new_backward(dy: Array, x: Array) -> Array:
    """dx.

    With u = √(2/π) (x + 0.044715 x³) and t = tanh u, so that dt/du = 1 − t²:

        f(x)  = x/2 · (1 + t)
        f′(x) = (1 + t)/2 + x/2 · (1 − t²) · √(2/π) (1 + 3 · 0.044715 x²)
    """
    factor = math.sqrt(2.0 / math.pi)
    z = np.clip(x, -SATURATED, SATURATED)
    t = np.tanh(factor * (z + 0.044715 * z**3))
    slope = factor * (1.0 + 3.0 * 0.044715 * z**2)
    return dy * (0.5 * (1.0 + t) + 0.5 * x * (1.0 - t**2) * slope)


def relu(x: Array) -> Array:
    """max(x, 0)."""
    return np.where(x > 0.0, x, 0.0)


def relu_backward(dy: Array, x: Array) -> Array:
    """dx = dy where x > 0, else 0. At x = 0 any slope from 0 to 1 is valid; PyTorch has 0, too."""
    return np.where(x > 0.0, dy, 0.0)


def silu(x: Array) -> Array:
    """x σ(x), with the logistic function σ(x) = (1 + tanh(x/2)) / 2, which does not overflow."""
    return 0.5 * x * (1.0 + np.tanh(0.5 * x))


def silu_backward(dy: Array, x: Array) -> Array:
    """dx.  f′(x) = σ(x) + x σ(x) (1 − σ(x))"""
    sigma = 0.5 * (1.0 + np.tanh(0.5 * x))
    return dy * sigma * (1.0 + x * (1.0 - sigma))


ACTIVATIONS: dict[str, Callable] = {
    "gelu": gelu,
    "gelu_new": gelu_new,
    "relu": relu,
    "silu": silu,
}
"""Activation functions by their names in HuggingFace's `hidden_act`."""
BACKWARD: dict[Callable, Callable] = {
    gelu: gelu_backward,
    gelu_new: gelu_new_backward,
    relu: relu_backward,
    silu: silu_backward,
}
"""The backward function of each activation function."""
