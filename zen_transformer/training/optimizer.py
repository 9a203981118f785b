"""AdamW with warmup, decay and clipping.  Loshchilov & Hutter 2019; Devlin et al. 2019, A.2.

    g ← g · min(1, c / ‖g‖)                                  ‖g‖ over all parameters together
    m ← β₁ m + (1 − β₁) g          v ← β₂ v + (1 − β₂) g²
    θ ← θ − η_t (m̂ / (√v̂ + ε) + λ θ)                         m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ)

η rises from 0 to its peak over the warmup and falls to 0 in a straight line. λ is 0 for
biases and for LayerNorm's parameters.
"""

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import optax

from zen_transformer.errors import check_range


@dataclass(frozen=True, kw_only=True)
class OptimizerConfig:
    """AdamW and its learning rate."""

    learning_rate: float = 1e-3
    """Peak of the learning rate η."""
    warmup: float = 0.1
    """Part of the steps in which it rises; in the rest it falls to 0."""
    weight_decay: float = 0.01
    """λ, for matrices only."""
    beta1: float = 0.9
    """β₁, memory of the gradient's mean."""
    beta2: float = 0.999
    """β₂, memory of the gradient's square."""
    epsilon: float = 1e-8
    """ε beside the root."""
    max_grad_norm: float = 1.0
    """c, the longest gradient let through."""

    def __post_init__(self):
        check_range("learning_rate", self.learning_rate, 0)
        check_range("warmup", self.warmup, 0, 1)
        check_range("weight_decay", self.weight_decay, 0)
        check_range("max_grad_norm", self.max_grad_norm, 0)


def learning_rate_schedule(config: OptimizerConfig, steps: int) -> optax.Schedule:
    """η at each step: linear up, linear down to 0 at the last."""
    warmup = round(config.warmup * steps)
    schedule = optax.join_schedules(
        [
            optax.linear_schedule(0.0, config.learning_rate, warmup),
            optax.linear_schedule(config.learning_rate, 0.0, max(1, steps - warmup)),
        ],
        [warmup],
    )
    # Of a whole number Optax makes a float32, also where all else is float64.
    return lambda step: schedule(jnp.asarray(step, float))


def decays(parameters: Any) -> Any:
    """True for kernels and embedding tables, False for biases and LayerNorm's parameters."""
    return jax.tree.map_with_path(
        lambda path, _: getattr(path[-1], "key", "") in ("kernel", "table"), parameters
    )


def make_optimizer(config: OptimizerConfig, steps: int) -> optax.GradientTransformation:
    """The update above, composed with Optax."""
    return optax.chain(
        optax.clip_by_global_norm(config.max_grad_norm),
        optax.adamw(
            learning_rate_schedule(config, steps),
            b1=config.beta1,
            b2=config.beta2,
            eps=config.epsilon,
            weight_decay=config.weight_decay,
            mask=decays,
        ),
    )
