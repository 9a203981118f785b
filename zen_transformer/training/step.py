"""One training step: a pure function, the same for every model, objective and machine.

    W_k  = Σ over the batch of loss k's weights          known before any gradient
    L(θ) = Σ_k S_k(θ) / W_k                              S_k: loss k's sum
    θ    ← optimizer(θ, ∇L)

Sums add up. So a batch may be cut into microbatches, one after the other, or be spread over
devices: as each part's ∇ Σ_k S_k / W_k is divided by the weights of the whole batch, their sum
is the gradient of the whole batch, however unevenly the weights lie. (The mean of the parts' own
means is something else.)

What is random about an example follows from the seed, the step and the example's number in the
batch, never from the part it falls into.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import jax
import jax.numpy as jnp
import optax
from jax import lax
from jaxtyping import Array, Float, Int, Key

from zen_transformer.errors import UserError

Batch = dict[str, Array]
Pair = tuple[Float[Array, ""], Float[Array, ""]]
"""A sum and its weight."""
Step = Callable[["TrainState", Batch, Key[Array, ""]], tuple["TrainState", dict[str, Array]]]
Trainable = Callable[[str], bool]
"""Whether a parameter is trained, by its name: its path, as in `bert/pooler/dense/kernel`."""


class Objective(Protocol):
    """What a step needs to know about a job."""

    def prepare(self, batch: Batch, keys: Key[Array, " examples"]) -> Batch:
        """Draw what is random about the data, example by example."""
        ...

    def weights(self, batch: Batch) -> dict[str, Float[Array, ""]]:
        """The weight of each loss in a batch that is prepared."""
        ...

    def __call__(
        self, parameters: Any, batch: Batch, keys: Key[Array, " examples"] | None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Losses and metrics by name, each a sum and its weight; the keys are for dropout."""
        ...


class TrainState(NamedTuple):
    """All that a step changes. `parameters` are all of the model's, trained and frozen; the
    optimizer's averages are named like the parameters they belong to, and exist for those that
    are trained."""

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


def mean(pair: Pair) -> Float[Array, ""]:
    """Sum over weight; 0 where there was nothing to weigh."""
    total, weight = pair
    return total / jnp.maximum(weight, 1.0)


def step_keys(key: Key[Array, ""], step: Int[Array, ""]) -> tuple[Key[Array, ""], Key[Array, ""]]:
    """Of a step: for what is random about its data, and for dropout."""
    data_key, dropout_key = jax.random.split(jax.random.fold_in(key, step))
    return data_key, dropout_key


def example_keys(
    key: Key[Array, ""], batch: Batch, axis: str | None = None
) -> Key[Array, " examples"]:
    """A key for each example of the batch, by its number in the batch of all devices together."""
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
    """The step of a job.

    Args:
        microbatches: cut the batch into so many parts, one after the other: a large batch in the
            memory of a small one.
        axis: the axis of `pmap`, over which sums are added up. On a mesh there is none: the whole
            batch is one array there, and the compiler sees to the rest.
        compute_dtype: what the model computes in, such as bfloat16; the parameters that the
            optimizer changes stay as they are.
        trainable: which parameters are trained; all, if not given. The others are constants: they
            have no gradient and no place in the optimizer's memory, and leave the step as they
            came. The norms among the metrics, and clipping, are of those that are trained.
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
        weights = _add_up(objective.weights(batch), axis)
        parts = _cut((batch, keys), microbatches)
        trained, frozen = partition_parameters(state.parameters, trainable)
        (losses, metrics), gradient = _add_up(
            _sum_over(lambda part: sums_and_gradient(trained, frozen, weights, *part), parts), axis
        )
        updates, optimizer_state = optimizer.update(gradient, state.optimizer_state, trained)
        means = {name: mean(pair) for name, pair in (losses | metrics).items()}
        means["loss"] = sum((means[name] for name in losses), jnp.zeros(()))
        means["gradient_norm"] = optax.tree.norm(gradient)
        means["parameter_norm"] = optax.tree.norm(trained)
        means["update_ratio"] = optax.tree.norm(updates) / means["parameter_norm"]
        parameters = merge_parameters(optax.apply_updates(trained, updates), frozen)
        return TrainState(state.step + 1, parameters, optimizer_state), means

    return step


def cast(parameters: Any, dtype: Any) -> Any:
    """The parameters in the precision that is computed in; as they are, if none is given."""
    return parameters if dtype is None else jax.tree.map(lambda x: x.astype(dtype), parameters)


def _add_up(values: Any, axis: str | None) -> Any:
    """The sum over all devices of a `pmap`."""
    return values if axis is None else lax.psum(values, axis)


def _cut(batch: Any, parts: int) -> Any:
    """`[examples, …]` as `[parts, examples / parts, …]`. Example i comes into part i mod `parts`,
    so that each part lies on all the devices that the batch lies on."""
    examples = len(jax.tree.leaves(batch)[0])
    if examples % parts:
        raise UserError(
            f"a batch of {examples} examples cannot be cut into {parts} equal microbatches: choose "
            f"a divisor of {examples}"
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
) -> Callable[[Any, Batch, Key[Array, ""]], dict[str, Pair]]:
    """Losses and metrics of one batch as sums, without dropout."""

    def evaluation(parameters: Any, batch: Batch, key: Key[Array, ""]) -> dict[str, Pair]:
        prepared = objective.prepare(batch, example_keys(key, batch))
        losses, metrics = objective(parameters, prepared, None)
        return losses | metrics

    return evaluation
