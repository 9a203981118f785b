"""AdamW with warmup, decay and clipping.  Loshchilov & Hutter 2019; Devlin et al. 2019, A.2.

    g ← g · min(1, c / ‖g‖)                                  ‖g‖ over all parameters together
    m ← β₁ m + (1 − β₁) g          v ← β₂ v + (1 − β₂) g²
    θ ← θ − η_t (m̂ / (√v̂ + ε) + λ θ)                         m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ)

η rises linearly from 0 to its peak during the warmup, then falls linearly to 0. λ is 0 for biases
and for LayerNorm's parameters.
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
    """Share of the steps in which the learning rate rises; in the others it falls to 0."""
    weight_decay: float = 0.01
    """Weight decay λ of matrices; biases and LayerNorm have none."""
    beta1: float = 0.9
    """Decay rate β₁ of the average of gradients."""
    beta2: float = 0.999
    """Decay rate β₂ of the average of squared gradients."""
    epsilon: float = 1e-8
    """ε, added to the root of the average of squared gradients."""
    max_grad_norm: float = 1.0
    """Maximum norm c of the gradient; a longer one is scaled down to it."""

    def __post_init__(self):
        check_range("learning_rate", self.learning_rate, 0)
        check_range("warmup", self.warmup, 0, 1)
        check_range("weight_decay", self.weight_decay, 0)
        check_range("max_grad_norm", self.max_grad_norm, 0)


def learning_rate_schedule(config: OptimizerConfig, steps: int) -> optax.Schedule:
    """Return η as a function of the step: linear warmup, linear decay to 0 at the last step."""
    warmup = round(config.warmup * steps)
    schedule = optax.join_schedules(
        [
            optax.linear_schedule(0.0, config.learning_rate, warmup),
            optax.linear_schedule(config.learning_rate, 0.0, max(1, steps - warmup)),
        ],
        [warmup],
    )
    # Optax converts an integer step to float32, also where everything else is float64.
    return lambda step: schedule(jnp.asarray(step, float))


def decays(parameters: Any) -> Any:
    """Return True for kernels and embedding tables, False for biases and LayerNorm's parameters."""
    return jax.tree.map_with_path(
        lambda path, _: getattr(path[-1], "key", "") in ("kernel", "table"), parameters
    )


def make_optimizer(config: OptimizerConfig, steps: int) -> optax.GradientTransformation:
    """Compose the update above with Optax, for a training of so many steps."""
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
