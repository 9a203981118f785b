"""Cross-entropy over classes.

    L = Σ_i w_i (log Σ_c exp z_ic − z_iy)        y_i the right class, w_i 0 or 1
    W = Σ_i w_i                                  the mean is L / W

log Σ exp is computed after subtracting the largest logit, so logits of 10⁴ stay finite.

Label smoothing (Szegedy et al. 2016, section 7) spreads a share ε of the target distribution evenly
over all C classes, so that no logit is driven to infinity:

    q_ic = (1 − ε) [c = y_i] + ε / C
    L    = Σ_i w_i (log Σ_c exp z_ic − Σ_c q_ic z_ic)
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float, Int

from zen_transformer.layers.precision import at_least_float32


class WeightedSum(NamedTuple):
    """A weighted sum and the sum of its weights: the mean is `sum / weight`. Those of two
    microbatches or devices are added entry by entry."""

    sum: Float[Array, ""]
    weight: Float[Array, ""]


WeightedSums = dict[str, WeightedSum]
"""Losses or metrics by name."""
IGNORED = -100
"""The label of a row that does not count; HuggingFace's and PyTorch's."""


def log_sum_exp(logits: Float[Array, "*rows classes"]) -> Float[Array, "*rows"]:
    """Compute m + log Σ exp(z − m) with m = max z, through which no gradient goes: the result does
    not depend on m."""
    maximum = lax.stop_gradient(jnp.max(logits, axis=-1))
    return maximum + jnp.log(jnp.sum(jnp.exp(logits - maximum[..., None]), axis=-1))


def cross_entropy(
    logits: Float[Array, "*rows classes"],
    labels: Int[Array, "*rows"],
    weights: Float[Array, "*rows"],
    smoothing: float = 0.0,
) -> WeightedSum:
    """Compute Σ w (log Σ exp z − Σ_c q_c z_c), in nats, and Σ w.

    Args:
        labels: y, the right class of each row.
        weights: w, 1 for a row that counts and 0 for one that does not.
        smoothing: ε, from 0 to 1.
    """
    logits = at_least_float32(logits)
    right = jnp.take_along_axis(logits, labels[..., None], axis=-1)[..., 0]
    if smoothing > 0.0:
        right = (1.0 - smoothing) * right + smoothing * jnp.mean(logits, axis=-1)
    return WeightedSum(jnp.sum(weights * (log_sum_exp(logits) - right)), jnp.sum(weights))


def mean_cross_entropy(
    logits: Float[Array, "*rows classes"], labels: Int[Array, "*rows"]
) -> Float[Array, ""]:
    """Compute L / W over the rows with a label of 0 or above; others, as `IGNORED`, do not count.
    Where none counts, the mean is 0."""
    weights = (labels >= 0).astype(jnp.promote_types(logits.dtype, jnp.float32))
    total, weight = cross_entropy(logits, jnp.maximum(labels, 0), weights)
    return total / jnp.maximum(weight, 1.0)


def accuracy(
    logits: Float[Array, "*rows classes"],
    labels: Int[Array, "*rows"],
    weights: Float[Array, "*rows"],
) -> WeightedSum:
    """Count the rows whose largest logit is that of the right class, and all rows, by weight.

    The predicted class is min {c : z_c = max z}, the first of equals. `argmax` gives the same; XLA
    compiles it for a CPU to code that is five times slower.
    """
    classes = jnp.arange(logits.shape[-1])
    is_largest = logits == jnp.max(logits, axis=-1, keepdims=True)
    predicted = jnp.min(jnp.where(is_largest, classes, len(classes)), axis=-1)
    return WeightedSum(jnp.sum(weights * (predicted == labels)), jnp.sum(weights))
