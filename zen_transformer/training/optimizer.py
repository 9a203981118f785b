"""AdamW with warmup, decay and clipping.  Loshchilov & Hutter 2019; Devlin et al. 2019, A.2.

    g ← g · min(1, c / ‖g‖)                                  ‖g‖ over all parameters together
    m ← β₁ m + (1 − β₁) g          v ← β₂ v + (1 − β₂) g²
    θ ← θ − η_t (m̂ / (√v̂ + ε) + λ θ)                         m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ)

η rises linearly from 0 to its peak during the warmup, then falls linearly to 0. λ is 0 for biases
and for LayerNorm's parameters.
"""

from typing import Any

import jax
import jax.numpy as jnp
import optax

from zen_transformer.numpy_nn.optimizer import OptimizerConfig


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
