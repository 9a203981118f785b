"""Outputs, hidden states, attention maps and gradients, in float64, of random small models."""

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from reference.huggingface import as_ours, huggingface_model, random_config, random_inputs
from tiny import MODELS, flat

from zen_transformer.checkpoints.names import to_huggingface, transposed
from zen_transformer.objectives.cross_entropy import cross_entropy

pytestmark = pytest.mark.slow


class Comparison(NamedTuple):
    ours: Any
    theirs: Any
    our_gradient: dict[str, np.ndarray]
    their_gradient: dict[str, np.ndarray]


@pytest.fixture(scope="module", params=[(name, seed) for name in MODELS for seed in range(5)])
def both(request, torch, transformers, tmp_path_factory) -> Comparison:
    """The same weights, inputs and loss on either side."""
    name, seed = request.param
    config = random_config(seed)
    inputs = random_inputs(seed, config)
    options = {"output_hidden_states": True, "output_attentions": True}
    model = huggingface_model(transformers, name, config, seed)
    theirs = model(**{name: torch.tensor(values) for name, values in inputs.items()}, **options)
    their_loss(torch, theirs, inputs["attention_mask"]).backward()
    with jax.enable_x64(True):
        graph, parameters = nnx.split(as_ours(model, tmp_path_factory.mktemp(name), jnp.float64))

        @jax.jit
        @partial(jax.grad, has_aux=True)
        def gradient(parameters):
            output = nnx.merge(graph, parameters)(**inputs, **options)
            return our_loss(output, inputs["attention_mask"]), output

        gradients, ours = jax.device_get(gradient(nnx.to_pure_dict(parameters)))
    named = {to_huggingface(path): transposed(path, g) for path, g in flat(gradients).items()}
    expected = {name: p.grad for name, p in model.named_parameters() if p.grad is not None}
    return Comparison(ours, theirs, named, {name: g.numpy() for name, g in expected.items()})


def labels_of(logits: Any) -> np.ndarray:
    """Some class for every row of logits."""
    *rows, classes = logits.shape
    return np.random.default_rng(0).integers(0, classes, rows)


def our_loss(output: Any, mask: np.ndarray) -> Any:
    """Cross-entropies of all logits, words only where they are real; a model without logits
    gets the squares of its outputs."""
    if hasattr(output, "last_hidden_state"):
        return jnp.sum(output.last_hidden_state**2) + jnp.sum(output.pooler_output**3)
    total = 0.0
    for logits in logits_of(output):
        weights = mask if logits.ndim == 3 else np.ones(len(mask))
        loss = cross_entropy(logits, jnp.array(labels_of(logits)), jnp.asarray(weights, float))
        total += loss.sum / loss.weight
    return total


def their_loss(torch: Any, output: Any, mask: np.ndarray) -> Any:
    """The same with PyTorch's."""
    if hasattr(output, "last_hidden_state"):
        return (output.last_hidden_state**2).sum() + (output.pooler_output**3).sum()
    total = 0.0
    for logits in logits_of(output):
        labels = labels_of(logits)
        if logits.ndim == 3:
            labels = np.where(mask, labels, -100)
        total += torch.nn.functional.cross_entropy(
            logits.flatten(0, -2), torch.tensor(labels).flatten()
        )
    return total


def logits_of(output: Any) -> list[Any]:
    names = ("logits", "prediction_logits", "seq_relationship_logits")
    return [getattr(output, name) for name in names if hasattr(output, name)]


def assert_close(ours, theirs):
    np.testing.assert_allclose(ours, theirs.detach().numpy(), rtol=1e-10, atol=1e-12)


def test_outputs_are_the_same(both):
    names = [name for name in both.ours._fields if name not in ("hidden_states", "attentions")]
    for name in names:
        assert_close(getattr(both.ours, name), getattr(both.theirs, name))


def test_hidden_states_and_attentions_are_the_same(both):
    for name in ("hidden_states", "attentions"):
        for ours, theirs in zip(getattr(both.ours, name), getattr(both.theirs, name), strict=True):
            assert_close(ours, theirs)


def test_the_gradients_of_all_parameters_are_the_same(both):
    """The key's bias has no effect and both sides have noise there: hence a floor."""
    ours = {name: g for name, g in both.our_gradient.items() if name in both.their_gradient}
    assert ours.keys() == both.their_gradient.keys()
    for name, gradient in ours.items():
        floor = 1e-12 * max(1.0, np.abs(gradient).max())
        expected = both.their_gradient[name]
        np.testing.assert_allclose(gradient, expected, rtol=1e-9, atol=floor, err_msg=name)
    # What they have no gradient for does nothing in ours either.
    for name in both.our_gradient.keys() - ours.keys():
        assert not both.our_gradient[name].any(), name
