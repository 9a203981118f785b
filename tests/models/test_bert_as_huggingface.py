"""Outputs, hidden states, attention maps, losses and gradients, in float64, of random small
models: five of every class, or 25 with `--full`.

Errors are the largest of a tensor, relative to its largest entry. Below a floor that has no
meaning: the gradient of a key's bias is zero, and what either side has there is rounding.
"""

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from reference.huggingface import (
    as_ours,
    config_for,
    huggingface_model,
    random_config,
    random_inputs,
)
from tiny import EVERY_MODEL, build, flat, tiny_batch, tiny_config

import zen_transformer as zen
from zen_transformer.checkpoints.names import to_huggingface, transposed
from zen_transformer.objectives.cross_entropy import cross_entropy

pytestmark = pytest.mark.slow

SLICE, FULL = 5, 25
FORWARD, BACKWARD = 1e-10, 1e-9
FLOOR = 1e-3
OPTIONS = {"output_hidden_states": True, "output_attentions": True}
LABELS = {
    "prediction_logits": "labels",
    "seq_relationship_logits": "next_sentence_label",
    "start_logits": "start_positions",
    "end_logits": "end_positions",
    "logits": "labels",
}
"""What HuggingFace calls the right answers to an output."""


class Comparison(NamedTuple):
    ours: Any
    theirs: Any
    our_gradient: dict[str, np.ndarray]
    their_gradient: dict[str, np.ndarray]


def pytest_generate_tests(metafunc):
    if "both" in metafunc.fixturenames:
        seeds = range(FULL if metafunc.config.getoption("--full") else SLICE)
        cases = [(name, seed) for name in EVERY_MODEL for seed in seeds]
        ids = [f"{name}-{seed}" for name, seed in cases]
        metafunc.parametrize("both", cases, ids=ids, indirect=True, scope="module")


@pytest.fixture(scope="module")
def both(request, torch, transformers, tmp_path_factory) -> Comparison:
    """The same weights, inputs and loss on either side."""
    name, seed = request.param
    config = config_for(name, seed)
    inputs = random_inputs(seed, config, name)
    model = huggingface_model(transformers, name, config, seed)
    return compare(torch, model, inputs, tmp_path_factory.mktemp(name))


def compare(torch: Any, model: Any, inputs: dict[str, np.ndarray], folder: Any) -> Comparison:
    """HuggingFace's model and ours with its weights."""
    tensors = {name: torch.tensor(values) for name, values in inputs.items()}
    with torch.no_grad():
        labels = random_labels(model(**tensors), inputs.get("attention_mask"))
    theirs = model(**tensors, **{name: torch.tensor(x) for name, x in labels.items()}, **OPTIONS)
    (theirs.loss if labels else loss_without_labels(theirs)).backward()
    with jax.enable_x64(True):
        graph, parameters = nnx.split(as_ours(model, folder, jnp.float64))

        @jax.jit
        @partial(jax.grad, has_aux=True)
        def gradient(parameters):
            output = nnx.merge(graph, parameters)(**inputs, **OPTIONS)
            loss = our_loss(output, labels) if labels else loss_without_labels(output)
            return loss, (output, loss)

        gradients, ours = jax.device_get(gradient(nnx.to_pure_dict(parameters)))
    named = {to_huggingface(path): transposed(path, g) for path, g in flat(gradients).items()}
    expected = {name: p.grad for name, p in model.named_parameters() if p.grad is not None}
    return Comparison(ours, theirs, named, {name: g.numpy() for name, g in expected.items()})


def random_labels(output: Any, mask: np.ndarray | None) -> dict[str, np.ndarray]:
    """Some class for every row of logits; at padding none, where every token has a row."""
    labels = {}
    for logits_name, name in LABELS.items():
        if hasattr(output, logits_name):
            *rows, classes = getattr(output, logits_name).shape
            labels[name] = np.random.default_rng([3, len(labels)]).integers(0, classes, rows)
            if len(rows) == 2 and mask is not None:
                labels[name] = np.where(mask, labels[name], -100)
    return labels


def our_loss(output: Any, labels: dict[str, np.ndarray]) -> Any:
    """The cross-entropies of all logits, added up; of start and end HuggingFace takes the mean."""
    losses = []
    for logits_name, name in LABELS.items():
        if hasattr(output, logits_name):
            right = jnp.asarray(labels[name])
            weights = (right >= 0).astype(float)
            loss = cross_entropy(getattr(output, logits_name), jnp.maximum(right, 0), weights)
            losses.append(loss.sum / loss.weight)
    return sum(losses) / (2 if "start_positions" in labels else 1)


def loss_without_labels(output: Any) -> Any:
    """Of a model without logits."""
    return (output.last_hidden_state**2).sum() + (output.pooler_output**3).sum()


def error(ours: Any, theirs: Any) -> float:
    """The largest difference, relative to the largest entry or the floor."""
    theirs = np.asarray(theirs.detach() if hasattr(theirs, "detach") else theirs)
    assert ours.shape == theirs.shape
    assert ours.dtype == theirs.dtype == np.float64
    return float(np.abs(ours - theirs).max() / max(np.abs(theirs).max(), FLOOR))


def assert_same(errors: dict[str, float], limit: float, node: Any, what: str) -> None:
    """No error above the limit; pytest shows the largest at the end (`conftest.py`)."""
    name = node.callspec.id.rpartition("-")[0]
    node.user_properties.append((f"{name}, {what}", max(errors.values())))
    assert {name: e for name, e in errors.items() if not e <= limit} == {}


def test_outputs_hidden_states_and_attentions_are_the_same(both, request):
    output, loss = both.ours
    errors = {}
    for name in output._fields:
        ours, theirs = getattr(output, name), getattr(both.theirs, name)
        if name in ("hidden_states", "attentions"):
            pairs = zip(ours, theirs, strict=True)
            errors |= {f"{name} {i}": error(*pair) for i, pair in enumerate(pairs)}
        else:
            errors[name] = error(ours, theirs)
    if hasattr(both.theirs, "loss"):
        errors["loss"] = error(loss, both.theirs.loss)
    assert_same(errors, FORWARD, request.node, "outputs")


def test_the_gradients_of_all_parameters_are_the_same(both, request):
    ours = {name: g for name, g in both.our_gradient.items() if name in both.their_gradient}
    assert ours.keys() == both.their_gradient.keys()
    errors = {name: error(gradient, both.their_gradient[name]) for name, gradient in ours.items()}
    assert_same(errors, BACKWARD, request.node, "gradients")
    # What they have no gradient for does nothing in ours either.
    for name in both.our_gradient.keys() - ours.keys():
        assert not both.our_gradient[name].any(), name


# What is compared: the draws must not all be of one kind


def test_the_configurations_are_different_enough():
    configs = [random_config(seed) for seed in range(FULL)]
    assert {config.hidden_act for config in configs[:SLICE]} == {"gelu", "gelu_new", "relu"}
    assert {config.type_vocab_size for config in configs} == {1, 2, 3}
    assert {config.num_hidden_layers for config in configs} == {1, 2, 3}
    assert {config.num_attention_heads for config in configs} == {1, 2, 3, 4}
    assert {config.layer_norm_eps for config in configs} == {1e-12, 1e-6, 1e-2}


def test_the_inputs_are_different_enough():
    inputs = [random_inputs(seed, random_config(seed)) for seed in range(FULL)]
    for name in ("input_ids", "inputs_embeds", "attention_mask", "token_type_ids", "position_ids"):
        given = [name in values for values in inputs]
        assert any(given) and not all(given), name
    masks = [values["attention_mask"] for values in inputs if "attention_mask" in values]
    assert all(mask.any(axis=1).all() for mask in masks)  # no row of nothing but padding
    steps = [np.diff(mask, axis=1) for mask in masks]
    left = [step for step in steps if (step == 1).any() and not (step == -1).any()]
    right = [step for step in steps if (step == -1).any() and not (step == 1).any()]
    holes = [step for step in steps if (step == -1).any() and (step == 1).any()]
    assert left and right and holes


# Where nothing forces the answer: what we chose


def compare_tiny(torch, transformers, folder, name: str, change=lambda model: None) -> Comparison:
    """A small model on a batch with padding."""
    model = huggingface_model(transformers, name, tiny_config())
    change(model)
    return compare(torch, model, tiny_batch(), folder)


def test_the_gradient_of_a_keys_bias_is_rounding(torch, transformers, tmp_path):
    """It adds the same number to all scores of a query, which the softmax does not see. We
    compute it all the same, as they do; what comes out differs, and means nothing."""
    both = compare_tiny(torch, transformers, tmp_path, "BertForPreTraining")
    for gradient in (both.our_gradient, both.their_gradient):
        for layer in range(2):
            name = f"bert.encoder.layer.{layer}.attention.self"
            assert np.abs(gradient[f"{name}.key.bias"]).max() < 1e-12
            assert np.abs(gradient[f"{name}.query.bias"]).max() > 1e-6


def test_the_row_of_padding_has_the_gradient_of_the_equation(torch, transformers, tmp_path):
    """[PAD] is looked up like any other token, so its row has a gradient here. HuggingFace's
    embedding leaves it out (`padding_idx`), unless it is told otherwise, as above."""

    def as_it_comes(model):
        model.get_input_embeddings().padding_idx = 0

    both = compare_tiny(torch, transformers, tmp_path, "BertModel", as_it_comes)
    name = "embeddings.word_embeddings.weight"
    ours, theirs = both.our_gradient[name], both.their_gradient[name]
    assert np.abs(ours[0]).max() > 0.1
    np.testing.assert_array_equal(theirs[0], 0.0)
    assert error(ours[1:], theirs[1:]) <= BACKWARD


@pytest.mark.usefixtures("float64")
def test_where_everything_is_masked_every_token_is_looked_at_alike():
    """HuggingFace gives other numbers, and others in each of its implementations; hence no
    such row is compared. Ours are finite, and so are the gradients."""
    batch = tiny_batch()
    batch["attention_mask"][1] = 0
    graph, parameters = nnx.split(build(zen.BertModel, dtype=jnp.float64))

    @jax.jit
    @partial(jax.grad, has_aux=True)
    def gradient_and_output(parameters):
        output = nnx.merge(graph, parameters)(**batch, **OPTIONS)
        return loss_without_labels(output), output

    gradient, output = gradient_and_output(nnx.to_pure_dict(parameters))
    for weights in output.attentions:
        np.testing.assert_allclose(weights[1], 1 / 6, rtol=1e-15)
    for values in [*jax.tree.leaves(output), *jax.tree.leaves(gradient)]:
        assert np.isfinite(values).all()
