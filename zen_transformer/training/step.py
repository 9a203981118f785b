"""One training step: a pure function, the same for every model and objective.

    L(θ) = Σ_k S_k(θ) / W_k            the objective's losses, each a sum over its weight
    θ    ← optimizer(θ, ∇L)

The objective gives sums and the step divides, once.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float, Int, Key

Batch = dict[str, Array]
Pair = tuple[Float[Array, ""], Float[Array, ""]]
"""A sum and its weight."""


class Objective(Protocol):
    """What a step needs to know about a job."""

    def prepare(self, batch: Batch, key: Key[Array, ""]) -> Batch:
        """Draw what is random about the data."""
        ...

    def __call__(
        self, parameters: Any, batch: Batch, key: Key[Array, ""] | None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Losses and metrics by name, each a sum and its weight."""
        ...


class TrainState(NamedTuple):
    """All that a step changes."""

    step: Int[Array, ""]
    parameters: Any
    optimizer_state: Any


def init_state(parameters: Any, optimizer: optax.GradientTransformation) -> TrainState:
    """The state before the first step."""
    return TrainState(jnp.zeros((), jnp.int32), parameters, optimizer.init(parameters))


def mean(pair: Pair) -> Float[Array, ""]:
    """Sum over weight; 0 where there was nothing to weigh."""
    total, weight = pair
    return total / jnp.maximum(weight, 1.0)


def make_step(
    objective: Objective, optimizer: optax.GradientTransformation
) -> Callable[[TrainState, Batch, Key[Array, ""]], tuple[TrainState, dict[str, Array]]]:
    """The step of a job. Its randomness is derived from the key and the step's number, so
    whoever resumes at step 700 sees the masks and the dropout that would have come."""

    def step(state: TrainState, batch: Batch, key: Key[Array, ""]):
        data_key, dropout_key = jax.random.split(jax.random.fold_in(key, state.step))
        batch = objective.prepare(batch, data_key)

        def loss(parameters):
            losses, metrics = objective(parameters, batch, dropout_key)
            return sum(map(mean, losses.values())), losses | metrics

        (total, sums), gradient = jax.value_and_grad(loss, has_aux=True)(state.parameters)
        updates, optimizer_state = optimizer.update(
            gradient, state.optimizer_state, state.parameters
        )
        metrics = {name: mean(pair) for name, pair in sums.items()}
        metrics |= {"loss": total, "gradient_norm": optax.tree.norm(gradient)}
        parameters = optax.apply_updates(state.parameters, updates)
        return TrainState(state.step + 1, parameters, optimizer_state), metrics

    return step


def make_evaluation(
    objective: Objective,
) -> Callable[[Any, Batch, Key[Array, ""]], dict[str, Pair]]:
    """Losses and metrics of one batch as sums, without dropout."""

    def evaluation(parameters: Any, batch: Batch, key: Key[Array, ""]) -> dict[str, Pair]:
        losses, metrics = objective(parameters, objective.prepare(batch, key), None)
        return losses | metrics

    return evaluation
