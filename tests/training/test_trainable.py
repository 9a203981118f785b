"""Training some of the parameters. On several devices: test_parallelism.py."""

import copy
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from tiny import build, tiny_batch

import zen_transformer as zen
from zen_transformer.errors import UserError
from zen_transformer.objectives.classification import ClassificationObjective
from zen_transformer.training.checkpointing import load_state, save_state
from zen_transformer.training.optimizer import OptimizerConfig, make_optimizer
from zen_transformer.training.parallelism import OneDevice
from zen_transformer.training.step import (
    Step,
    TrainState,
    cast,
    init_state,
    make_step,
    merge_parameters,
    parameter_name,
    partition_parameters,
)

KEY = jax.random.key(0)
GRAPH, STATE = nnx.split(build(zen.BertForSequenceClassification, num_labels=3))
PARAMETERS = nnx.to_pure_dict(STATE)
OPTIMIZER = make_optimizer(OptimizerConfig(learning_rate=0.02, warmup=0.0, weight_decay=0.1), 20)
OBJECTIVE = ClassificationObjective(GRAPH)
VARIANTS: dict[str, dict[str, Any]] = {
    "plain": {},
    "bfloat16 microbatches": {"compute_dtype": jnp.bfloat16, "microbatches": 2},
}


def trainable(name: str) -> bool:
    """The classifier and the last feed-forward network."""
    return name.startswith(("classifier/", "bert/encoder/layers/1/feed_forward/"))


def batch(number: int) -> dict[str, np.ndarray]:
    rows = {"label": np.array([0, 1, 2, 1], np.int32), "weight": np.array([1, 1, 0, 1], np.float32)}
    return tiny_batch(number % 2, rows=4) | rows


def start(trainable=trainable) -> TrainState:
    return init_state(jax.tree.map(jnp.array, PARAMETERS), OPTIMIZER, trainable=trainable)


@cache
def compiled(objective=OBJECTIVE, variant="plain", trainable=trainable) -> Step:
    options = VARIANTS[variant] | {"trainable": trainable}
    return OneDevice().compile(make_step(objective, OPTIMIZER, **options))


def run(state: TrainState, numbers, step: Step | None = None) -> tuple[TrainState, list]:
    """The state after some steps, and the metrics of each."""
    metrics = []
    for number in numbers:
        state, measured = (step or compiled())(state, batch(number), KEY)
        metrics.append(measured)
    return state, metrics


def named(tree: Any) -> dict[str, np.ndarray]:
    leaves = jax.tree.leaves_with_path(tree)
    return {parameter_name(path): np.asarray(leaf) for path, leaf in leaves}


class ByHand(ClassificationObjective):
    """The objective of the trained parameters alone; the frozen ones are written into it."""

    def __call__(self, parameters, batch, keys):
        whole = cast(copy.deepcopy(PARAMETERS), parameters["classifier"]["bias"].dtype)
        whole["classifier"] = parameters["classifier"]
        whole["bert"]["encoder"]["layers"][1]["feed_forward"] = parameters["feed_forward"]
        return super().__call__(whole, batch, keys)


@pytest.mark.slow
@pytest.mark.parametrize("variant", VARIANTS)
def test_training_some_parameters_is_training_beside_constants(variant):
    state, metrics = run(start(), range(6), compiled(variant=variant))
    assert metrics[-2]["loss"] < metrics[0]["loss"]
    before, after = named(PARAMETERS), named(state.parameters)
    for name, values in after.items():
        assert values.dtype == np.float32
        assert (values != before[name]).all() if trainable(name) else (values == before[name]).all()

    alone = {
        "classifier": PARAMETERS["classifier"],
        "feed_forward": PARAMETERS["bert"]["encoder"]["layers"][1]["feed_forward"],
    }
    by_hand, expected = run(
        init_state(jax.tree.map(jnp.array, alone), OPTIMIZER),
        range(6),
        compiled(ByHand(GRAPH), variant, None),
    )
    close = {"rtol": 1e-5, "atol": 1e-6}
    for ours, theirs in zip(metrics, expected, strict=True):
        jax.tree.map(lambda x, y: np.testing.assert_allclose(x, y, **close), ours, theirs)
    moved = {name: values for name, values in after.items() if trainable(name)}
    for name, values in named(by_hand.parameters).items():
        (same,) = (other for path, other in moved.items() if path.endswith(name))
        np.testing.assert_allclose(same, values, **close, err_msg=name)


def test_the_optimizers_memory_has_the_names_of_the_trained_parameters():
    names = set(named(start().optimizer_state[1][0].mu))
    assert names == {name for name in named(PARAMETERS) if trainable(name)}


@pytest.mark.slow
def test_a_saved_training_goes_on_with_the_same_bits(tmp_path):
    whole, _ = run(start(), range(4))
    half, _ = run(start(), range(2))
    for path in (tmp_path / "state.safetensors", tmp_path / "state.orbax"):
        save_state(path, half)
        resumed, _ = run(load_state(path, start()), range(2, 4))
        assert jax.tree.structure(resumed) == jax.tree.structure(whole)
        jax.tree.map(np.testing.assert_array_equal, resumed, whole)


def test_a_saved_training_does_not_go_on_with_other_parameters(tmp_path):
    save_state(tmp_path / "state", start())
    with pytest.raises(UserError, match=r"does not fit this run: .*mu.* is missing"):
        load_state(tmp_path / "state", start(None))
    with pytest.raises(UserError, match=r"does not fit this run: it also holds .*mu"):
        load_state(tmp_path / "state", start(lambda name: name.startswith("classifier/")))


def test_a_predicate_that_selects_nothing_is_an_error_that_shows_names():
    shown = r"none of the 41 parameters: .* bert/embeddings/norm/bias, .*, classifier/kernel"
    with pytest.raises(UserError, match=shown):
        start(lambda name: name.startswith("head/"))
    with pytest.raises(UserError, match=shown):
        run(start(), [0], compiled(trainable=lambda name: False))


def test_partition_and_merge():
    parameters = {"a": {"kernel": 1, "bias": 2}, "b": {"kernel": 3}}
    trained, frozen = partition_parameters(parameters, lambda name: name.endswith("kernel"))
    assert trained == {"a": {"kernel": 1, "bias": None}, "b": {"kernel": 3}}
    assert frozen == {"a": {"kernel": None, "bias": 2}, "b": {"kernel": None}}
    assert merge_parameters(trained, frozen) == parameters


def test_a_bert_base_with_a_trained_classifier_needs_no_memory_for_the_rest():
    """Full fine-tuning keeps two averages, twice the parameters' 438 MB."""
    optimizer = make_optimizer(OptimizerConfig(), 10)

    def state(trainable) -> TrainState:
        model = zen.BertForSequenceClassification(zen.BertConfig(num_labels=2), rngs=nnx.Rngs(0))
        parameters = nnx.to_pure_dict(nnx.state(model))
        return init_state(parameters, optimizer, trainable=trainable)

    def size(tree: Any) -> int:
        return sum(leaf.size * leaf.dtype.itemsize for leaf in jax.tree.leaves(tree))

    whole = jax.eval_shape(lambda: state(None))
    frozen = jax.eval_shape(lambda: state(lambda name: name.startswith("classifier/")))
    assert size(whole.parameters) == size(frozen.parameters) == 437_935_112
    assert size(whole.optimizer_state) == pytest.approx(2 * 437_935_112, abs=100)
    assert size(frozen.optimizer_state) < 2 * 4 * (768 * 2 + 2) + 100
