"""AdamW with warmup, decay and clipping.  Loshchilov & Hutter 2019; Devlin et al. 2019, A.2.

    g ← g · min(1, c / ‖g‖)                                  ‖g‖ over all parameters together
    m ← β₁ m + (1 − β₁) g          v ← β₂ v + (1 − β₂) g²
    θ ← θ − η_t (m̂ / (√v̂ + ε) + λ θ)                         m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ)

η rises linearly from 0 to its peak during the warmup, stays there, and falls linearly to 0 during
the decay. λ is 0 for biases and for LayerNorm's parameters. With `name="muon"` the matrices of the
blocks are updated by Muon instead (numpy_nn/muon.py has the equation); the gradient is clipped by
its norm over all parameters, those of both.
"""

import math
from typing import Any, Literal, NamedTuple

import jax
import jax.numpy as jnp
import optax
import optax.contrib
from jaxtyping import Array, Float

from zen_transformer.numpy_nn.muon import RMS
from zen_transformer.numpy_nn.optimizer import OptimizerConfig


class Schedule(NamedTuple):
    """η_t as a function of the step t, counted from 0, of T steps:

        η t / W                          in the warmup, t < W
        η                                up to the decay
        η (1 − (t − (T − D)) / D)        in the last D steps

    Its numbers are leaves of a tree, so that trainings which differ in them alone can share one
    compiled step that has them as arguments.
    """

    peak: Any
    """η"""
    warmup: Any
    """W"""
    decay: Any
    """D"""
    steps: Any
    """T"""

    def __call__(self, step: Any) -> Float[Array, ""]:
        t = jnp.asarray(step, float)  # a step of int32 would make float32, also in float64
        rising = t / jnp.maximum(self.warmup, 1)
        fallen = (t - (self.steps - self.decay)) / jnp.maximum(self.decay, 1)
        return self.peak * jnp.where(t < self.warmup, rising, 1.0 - jnp.clip(fallen, 0.0, 1.0))


def learning_rate_schedule(config: OptimizerConfig, steps: int) -> Schedule:
    """Return η as a function of the step: linear warmup, the peak, linear decay to 0 at the last
    step.

    Args:
        config: its warmup, its decay and its peak.
        steps: number of steps of the training.
    """
    warmup = round(config.warmup * steps)
    decay = min(round(config.decay * steps), steps - warmup)
    return Schedule(config.learning_rate, warmup, decay, steps)


def decays(parameters: Any) -> Any:
    """Return True for kernels and embedding tables, False for biases and LayerNorm's parameters."""
    return jax.tree.map_with_path(
        lambda path, _: getattr(path[-1], "key", "") in ("kernel", "table"), parameters
    )


def norm(tree: Any) -> Float[Array, ""]:
    """‖x‖ over all arrays of a tree together. That of one array is traced once for each shape."""
    return jnp.sqrt(jnp.sum(jnp.stack([_sum_of_squares(x) for x in jax.tree.leaves(tree)])))


@jax.jit
def _sum_of_squares(x: Float[Array, "*shape"]) -> Float[Array, ""]:
    return jnp.sum(jnp.square(x))


Composition = Literal["optax", "leaf_by_leaf"]


def make_optimizer(
    config: OptimizerConfig, steps: int, implementation: Composition = "optax"
) -> optax.GradientTransformation:
    """Make the update above, for a training of so many steps; see `scheduled_optimizer`."""
    return scheduled_optimizer(config, learning_rate_schedule(config, steps), implementation)


def scheduled_optimizer(
    config: OptimizerConfig, schedule: Schedule, implementation: Composition = "optax"
) -> optax.GradientTransformation:
    """Make the update above, with the learning rate of a schedule.

    "optax" composes it of Optax's parts. "leaf_by_leaf" is AdamW as the same update of the same
    state, but one function of one parameter, which JAX traces once for each shape: tracing and
    lowering the step of a BERT of four layers, which happens in every process, takes a third less
    time. Of Muon there is one implementation.

    Args:
        config: the hyperparameters, of which the schedule replaces those of the learning rate.
        schedule: the learning rate at each step.
        implementation: see above.
    """
    clipping = optax.clip_by_global_norm(config.max_grad_norm)
    if config.name == "muon":
        kinds = {"muon": _muon(config, schedule), "adamw": _adamw(config, schedule)}
        return optax.chain(clipping, optax.partition(kinds, updated_by))
    composed = optax.chain(clipping, _adamw(config, schedule))
    if implementation == "leaf_by_leaf":
        return optax.GradientTransformation(composed.init, _leaf_by_leaf(config, schedule))
    return composed


def _adamw(config: OptimizerConfig, schedule: Schedule) -> optax.GradientTransformation:
    """Compose AdamW, without clipping."""
    return optax.adamw(
        schedule,
        b1=config.beta1,
        b2=config.beta2,
        eps=config.epsilon,
        weight_decay=config.weight_decay,
        mask=decays,
    )


def _muon(config: OptimizerConfig, schedule: Schedule) -> optax.GradientTransformation:
    """Compose Muon (numpy_nn/muon.py), without clipping. Scaled by 0.2 √max(n, m), its updates are
    as large as AdamW's, so that both may have the same learning rate."""
    if config.muon_learning_rate is not None:
        schedule = schedule._replace(peak=config.muon_learning_rate)

    def scale(updates: Any, parameters: Any = None) -> Any:
        return jax.tree.map(lambda x: x * (RMS * math.sqrt(max(x.shape))), updates)

    def all_matrices(updates: Any) -> Any:
        return jax.tree.map(lambda _: optax.contrib.MuonDimensionNumbers(), updates)

    return optax.chain(
        optax.contrib.scale_by_muon(beta=config.momentum, weight_dimension_numbers=all_matrices),
        optax.stateless(scale),
        optax.add_decayed_weights(config.weight_decay),
        optax.scale_by_learning_rate(schedule),
    )


def updated_by(parameters: Any) -> Any:
    """Return "muon" for the kernels of the blocks, "adamw" for tables, heads, biases and norms."""

    def name(path: Any, leaf: Any) -> str:
        keys = [getattr(entry, "key", "") for entry in path]
        return "muon" if "layers" in keys and keys[-1] == "kernel" else "adamw"

    return jax.tree.map_with_path(name, parameters)


def _leaf_by_leaf(config: OptimizerConfig, schedule: Schedule) -> optax.TransformUpdateFn:
    """Return the update of a state that `optax.chain` initialized."""
    b1, b2 = config.beta1, config.beta2

    @jax.jit
    def update_one(clip, rate, correction1, correction2, decay, g, m, v, parameter):
        clip, rate, correction1, correction2, decay = (
            x.astype(g.dtype) for x in (clip, rate, correction1, correction2, decay)
        )
        g = clip * g
        m = b1 * m + (1.0 - b1) * g
        v = b2 * v + (1.0 - b2) * jnp.square(g)
        direction = m / correction1 / (jnp.sqrt(v / correction2) + config.epsilon)
        return -rate * (direction + decay * parameter), m, v

    def update(gradient: Any, state: Any, parameters: Any = None) -> tuple[Any, Any]:
        clipping, (adam, decay, scheduled) = state
        count = adam.count + 1
        scalars = (
            jnp.minimum(1.0, config.max_grad_norm / norm(gradient)),
            jnp.asarray(schedule(scheduled.count)),
            1.0 - b1**count,
            1.0 - b2**count,
        )
        decay_of = {True: jnp.asarray(config.weight_decay), False: jnp.asarray(0.0)}
        updated = jax.tree.map(
            lambda decays, *leaves: update_one(*scalars, decay_of[decays], *leaves),
            decays(parameters),
            *(gradient, adam.mu, adam.nu, parameters),
        )
        updates, m, v = jax.tree.transpose(
            jax.tree.structure(gradient), jax.tree.structure((0, 0, 0)), updated
        )
        adam = adam._replace(count=count, mu=m, nu=v)
        scheduled = scheduled._replace(count=scheduled.count + 1)
        return updates, (clipping, (adam, decay, scheduled))

    return update
