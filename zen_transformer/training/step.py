"""One training step: a pure function, the same for every model, objective and machine.

    W_k  = Σ over the batch of loss k's weights          known before any gradient
    L(θ) = Σ_k S_k(θ) / W_k                              S_k: loss k's sum
    θ    ← optimizer(θ, ∇L)

Sums add up. So a batch may be split into microbatches, one after the other, or over devices: as
∇ Σ_k S_k / W_k of each part is divided by the weights of the whole batch, the parts' sum is the
gradient of the whole batch, however unevenly the weights are spread. (The mean of the parts' means
is something else.)

What is random about an example follows from the seed, the step and the example's number in the
batch, never from the microbatch or the device.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import lax
from jaxtyping import Array, Float, Int, Key

from zen_transformer.errors import UserError
from zen_transformer.training.optimizer import norm

Batch = dict[str, Array]
"""Arrays by name, [examples, …] each."""
HostBatch = dict[str, np.ndarray]
"""A batch before it is put on the devices."""
SumAndWeight = tuple[Float[Array, ""], Float[Array, ""]]
"""A weighted sum and the sum of its weights."""
Step = Callable[["TrainState", Batch, Any], tuple["TrainState", dict[str, Array]]]
"""Takes the state, a batch and what is the same in all steps of a training: its key, or a tree with
the key and more."""
Trainable = Callable[[str], bool]
"""Whether a parameter is trained, by its name: its path, as in `bert/pooler/dense/kernel`."""


class Objective(Protocol):
    """What is minimized: a loss of a batch, as sums and weights."""

    def prepare(self, batch: Batch, keys: Key[Array, " examples"]) -> Batch:
        """Draw what is random about the data, such as masks, with a key for each example."""
        ...

    def weights(self, batch: Batch) -> dict[str, Float[Array, ""]]:
        """Return the weight of each loss in a prepared batch."""
        ...

    def __call__(
        self, parameters: Any, batch: Batch, keys: Key[Array, " examples"] | None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Compute the losses, whose means are added up, and the other metrics of a prepared batch.

        Args:
            parameters: the model's, as a nested dict.
            batch: what `prepare` returned.
            keys: for dropout; without them nothing is dropped.

        Returns:
            Two dicts of a sum and a weight by name.
        """
        ...


class TrainState(NamedTuple):
    """All that a step changes: the number of steps taken, all parameters of the model, trained and
    frozen, and the optimizer's state. The optimizer's averages have the names of the parameters
    that they belong to, and exist for those that are trained."""

    step: Int[Array, ""]
    parameters: Any
    optimizer_state: Any


def init_state(
    parameters: Any, optimizer: optax.GradientTransformation, *, trainable: Trainable | None = None
) -> TrainState:
    """Return the state before the first step.

    Args:
        parameters: the model's, as a nested dict.
        trainable: the same predicate that `make_step` is given.

    Raises:
        UserError: `trainable` selects no parameter.
    """
    trained, _ = partition_parameters(parameters, trainable)
    return TrainState(jnp.zeros((), jnp.int32), parameters, optimizer.init(trained))


def parameter_name(path: Any) -> str:
    """Join the keys of a leaf's path in a tree: `bert/encoder/layers/0/attention/key/bias`."""
    return jax.tree_util.keystr(path, simple=True, separator="/")


def partition_parameters(parameters: Any, trainable: Trainable | None) -> tuple[Any, Any]:
    """Split parameters into the trained and the frozen ones: two trees of the same dicts, with
    None in the place of what is in the other one.

    Raises:
        UserError: `trainable` selects no parameter.
    """
    if trainable is None:
        return parameters, jax.tree.map(lambda _: None, parameters)
    names = [parameter_name(path) for path, _ in jax.tree.leaves_with_path(parameters)]
    is_trained = {name: bool(trainable(name)) for name in names}
    if not any(is_trained.values()):
        raise UserError(
            f"trainable selects none of the {len(names)} parameters: compare it with their names, "
            f"such as {', '.join([*names[:2], *names[-1:]])}"
        )

    def only(wanted: bool) -> Any:
        return jax.tree.map_with_path(
            lambda path, leaf: leaf if is_trained[parameter_name(path)] is wanted else None,
            parameters,
        )

    return only(True), only(False)


def merge_parameters(trained: Any, frozen: Any) -> Any:
    """Put together again what `partition_parameters` split."""
    return jax.tree.map(
        lambda one, other: other if one is None else one,
        trained,
        frozen,
        is_leaf=lambda leaf: leaf is None,
    )


def mean(pair: SumAndWeight) -> Float[Array, ""]:
    """Divide a sum by its weight; 0 where the weight is 0. A weight is a count, 0 or at least 1."""
    total, weight = pair
    return total / jnp.maximum(weight, 1.0)


def step_keys(key: Key[Array, ""], step: Int[Array, ""]) -> tuple[Key[Array, ""], Key[Array, ""]]:
    """Derive the keys of a step: for what is random about its data, and for dropout."""
    data_key, dropout_key = jax.random.split(jax.random.fold_in(key, step))
    return data_key, dropout_key


def example_keys(
    key: Key[Array, ""], batch: Batch, axis: str | None = None
) -> Key[Array, " examples"]:
    """Derive a key for each example of a batch from its number in the batch of all devices.

    Args:
        key: of the step.
        batch: the part of the batch on this device.
        axis: the axis of `pmap`, if the batch is spread over one.
    """
    examples = len(jax.tree.leaves(batch)[0])
    first = 0 if axis is None else lax.axis_index(axis) * examples
    return jax.vmap(lambda number: jax.random.fold_in(key, number))(first + jnp.arange(examples))


def make_step(
    objective: Objective,
    optimizer: optax.GradientTransformation,
    *,
    microbatches: int = 1,
    axis: str | None = None,
    compute_dtype: Any = None,
    trainable: Trainable | None = None,
) -> Step:
    """Make the training step, a pure function of the state, a batch and the key of the training.

    Args:
        objective: what is minimized.
        optimizer: how the parameters follow the gradient.
        microbatches: number of parts into which the batch is split, computed one after the other:
            a large batch in the memory of a small one.
        axis: the axis of `pmap` over which sums are added up. A mesh needs none: there the whole
            batch is one array, and the compiler inserts the communication.
        compute_dtype: the type that the model computes in, such as bfloat16; the parameters in the
            state keep theirs.
        trainable: which parameters are trained; all, if not given. The others are constants: they
            have no gradient and no optimizer state, and leave the step as they came. Clipping and
            the norms among the metrics are of the trained parameters.

    Returns:
        The step. Its metrics are the means of the objective's, the `loss`, and `gradient_norm`
        (before clipping), `parameter_norm` (before the step) and `update_ratio`, ‖Δθ‖ / ‖θ‖.

    Raises:
        UserError: at the first call, if `trainable` selects no parameter, or the examples cannot
            be split into so many microbatches.
    """

    def sums_and_gradient(trained: Any, frozen: Any, weights: Any, batch: Batch, keys: Any) -> Any:
        def loss(trained):
            parameters = merge_parameters(trained, frozen)
            losses, metrics = objective(cast(parameters, compute_dtype), batch, keys)
            shares = (losses[name][0] / jnp.maximum(weights[name], 1.0) for name in losses)
            return sum(shares), (losses, metrics)

        (_, sums), gradient = jax.value_and_grad(loss, has_aux=True)(trained)
        return sums, gradient

    def step(state: TrainState, batch: Batch, key: Key[Array, ""]):
        data_key, dropout_key = step_keys(key, state.step)
        batch = objective.prepare(batch, example_keys(data_key, batch, axis))
        keys = example_keys(dropout_key, batch, axis)
        weights = _sum_over_devices(objective.weights(batch), axis)
        parts = _split((batch, keys), microbatches)
        trained, frozen = partition_parameters(state.parameters, trainable)
        (losses, metrics), gradient = _sum_over_devices(
            _sum_over(lambda part: sums_and_gradient(trained, frozen, weights, *part), parts), axis
        )
        updates, optimizer_state = optimizer.update(gradient, state.optimizer_state, trained)
        means = {name: mean(pair) for name, pair in (losses | metrics).items()}
        means["loss"] = sum((means[name] for name in losses), jnp.zeros(()))
        means["gradient_norm"] = norm(gradient)
        means["parameter_norm"] = norm(trained)
        means["update_ratio"] = norm(updates) / means["parameter_norm"]
        parameters = merge_parameters(optax.apply_updates(trained, updates), frozen)
        return TrainState(state.step + 1, parameters, optimizer_state), means

    return step


def cast(parameters: Any, dtype: Any) -> Any:
    """Convert parameters to the type that is computed in, if one is given."""
    return parameters if dtype is None else jax.tree.map(lambda x: x.astype(dtype), parameters)


def _sum_over_devices(values: Any, axis: str | None) -> Any:
    """Σ over the devices of a `pmap`."""
    return values if axis is None else lax.psum(values, axis)


def _split(batch: Any, parts: int) -> Any:
    """Split arrays [examples, …] into microbatches [parts, examples / parts, …]. Example i comes
    into microbatch i mod `parts`, so that each is spread over all the devices of the batch."""
    examples = len(jax.tree.leaves(batch)[0])
    if examples % parts:
        raise UserError(
            f"a batch of {examples} examples cannot be split into {parts} equal microbatches: "
            f"choose a divisor of {examples}"
        )
    return jax.tree.map(lambda x: jnp.swapaxes(x.reshape(-1, parts, *x.shape[1:]), 0, 1), batch)


def _sum_over(function: Callable[[Any], Any], parts: Any) -> Any:
    """Σ function(part), one part after the other."""
    first = jax.tree.map(lambda x: x[0], parts)
    if len(jax.tree.leaves(parts)[0]) == 1:
        return function(first)
    zeros = jax.tree.map(
        lambda shape: jnp.zeros(shape.shape, shape.dtype), jax.eval_shape(function, first)
    )
    total, _ = lax.scan(
        lambda total, part: (jax.tree.map(jnp.add, total, function(part)), None), zeros, parts
    )
    return total


def make_evaluation(
    objective: Objective,
) -> Callable[[Any, Batch, Key[Array, ""]], dict[str, SumAndWeight]]:
    """Make the function that computes losses and metrics of one batch, without dropout.

    Returns:
        A function of parameters, a batch and a key for what is random about the data, to a sum and
        a weight by name.
    """

    def evaluation(parameters: Any, batch: Batch, key: Key[Array, ""]) -> dict[str, SumAndWeight]:
        prepared = objective.prepare(batch, example_keys(key, batch))
        losses, metrics = objective(parameters, prepared, None)
        return losses | metrics

    return evaluation
