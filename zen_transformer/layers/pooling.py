"""Pooling: one vector for the whole sequence.

    cls    tanh(h_0 W + b)                     BERT's: the vector of [CLS], through one more layer
    mean   Σ_i m_i h_i / Σ_i m_i               m_i = 1 for real tokens, 0 for padding
    max    max over i with m_i = 1 of h_i      entry by entry

Padding takes no part in the mean or the maximum. A sequence without any real token gives zeros.
"""

import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float, Shaped

from zen_transformer.layers.linear import Linear, linear


def cls_pooling(
    hidden_states: Float[Array, "batch length hidden"],
    kernel: Float[Array, "hidden hidden"],
    bias: Float[Array, " hidden"],
) -> Float[Array, "batch hidden"]:
    """tanh(h_0 W + b).  Devlin et al. 2019, section 3.1; the layer is in their code."""
    return jnp.tanh(linear(hidden_states[:, 0], kernel, bias))


def mean_pooling(
    hidden_states: Float[Array, "batch length hidden"],
    attention_mask: Shaped[Array, "batch length"],
) -> Float[Array, "batch hidden"]:
    """Σ_i m_i h_i / Σ_i m_i."""
    mask = attention_mask.astype(hidden_states.dtype)[:, :, None]
    return jnp.sum(mask * hidden_states, axis=1) / jnp.maximum(jnp.sum(mask, axis=1), 1.0)


def max_pooling(
    hidden_states: Float[Array, "batch length hidden"],
    attention_mask: Shaped[Array, "batch length"],
) -> Float[Array, "batch hidden"]:
    """max over i with m_i = 1 of h_i, entry by entry."""
    mask = attention_mask.astype(bool)[:, :, None]
    maximum = jnp.max(jnp.where(mask, hidden_states, -jnp.inf), axis=1)
    return jnp.where(jnp.any(mask, axis=1), maximum, 0.0)


class ClsPooler(nnx.Module):
    """Owns W and b of the layer after [CLS]."""

    def __init__(self, hidden: int, *, stddev: float, rngs: nnx.Rngs, dtype):
        self.dense = Linear(hidden, hidden, stddev=stddev, rngs=rngs, dtype=dtype)

    def __call__(
        self, hidden_states: Float[Array, "batch length hidden"], attention_mask
    ) -> Float[Array, "batch hidden"]:
        return cls_pooling(hidden_states, self.dense.kernel[...], self.dense.bias[...])


class MeanPooler(nnx.Module):
    """Has no parameters."""

    def __call__(self, hidden_states, attention_mask):
        return mean_pooling(hidden_states, attention_mask)


class MaxPooler(nnx.Module):
    """Has no parameters."""

    def __call__(self, hidden_states, attention_mask):
        return max_pooling(hidden_states, attention_mask)


class NoPooler(nnx.Module):
    """Returns None, for models without a vector of the whole sequence."""

    def __call__(self, hidden_states, attention_mask):
        return None


def make_pooler(kind: str, hidden: int, *, stddev: float, rngs: nnx.Rngs, dtype) -> nnx.Module:
    """Build the pooler named `kind`: "cls", "mean", "max" or "none"."""
    if kind == "cls":
        return ClsPooler(hidden, stddev=stddev, rngs=rngs, dtype=dtype)
    return {"mean": MeanPooler, "max": MaxPooler, "none": NoPooler}[kind]()
