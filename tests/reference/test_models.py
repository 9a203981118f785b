"""Whole models of the implementation against HuggingFace, in float64: every output, hidden state
and attention map, the loss, and its gradient with respect to every parameter, of five random
small models of every class, or 25 with `--full`.

Where transformers is not installed, those run whose answers are stored.
"""

import importlib.util
from functools import cache
from typing import Any

import numpy as np
import pytest
from reference.models import (
    FULL,
    NAMES,
    SLICE,
    Arrays,
    Case,
    cases,
    named,
    random_config,
    random_encoder_decoder_config,
    random_gpt_config,
    random_inputs,
)
from reference.pieces import error
from reference.stored_models import from_file

pytestmark = pytest.mark.slow
FORWARD, BACKWARD = 1e-10, 1e-9
HUGGINGFACE = all(map(importlib.util.find_spec, ("torch", "transformers")))
STORED = {(case.name, case.seed): case for case in from_file()}


def pytest_generate_tests(metafunc):
    if "case" in metafunc.fixturenames:
        chosen = cases(FULL if metafunc.config.getoption("--full") else SLICE)
        ids = [f"{name}-{seed}" for name, seed in chosen]
        metafunc.parametrize("case", chosen, ids=ids, indirect=True, scope="session")


@pytest.fixture(scope="session")
def case(request) -> Case:
    """HuggingFace's results, computed or stored."""
    if HUGGINGFACE:
        request.getfixturevalue("transformers")
        return computed(*request.param)
    if request.param not in STORED:
        pytest.skip("transformers is not installed, and this answer of it is not stored")
    return STORED[request.param]


@cache
def computed(name: str, seed: int) -> Case:
    from reference.huggingface import random_case

    return random_case(name, seed)


def ask(implementation: Any, table: str, case: Case) -> Any:
    """Call a function of the implementation with the arguments of a case."""
    functions = getattr(implementation, table, {})
    if case.name not in functions:
        pytest.skip(f"this implementation has no {case.name} in {table}")
    return functions[case.name](case.config, case.weights, case.inputs, case.labels)


def check(actual: Arrays, expected: Arrays, limit: float, request: Any, what: str) -> None:
    """Nothing is missing and no error above the limit; pytest shows the largest at the end
    (`conftest.py`)."""
    assert expected.keys() <= actual.keys()
    errors = {name: error(actual[name], array) for name, array in expected.items()}
    case, module = map(request.getfixturevalue, ("case", "implementation"))
    note = f"{case.name}, {what}: {module.__name__}"
    request.node.user_properties.append((note, max(errors.values())))
    assert {name: e for name, e in errors.items() if not e <= limit} == {}


def test_outputs_hidden_states_and_attentions_are_the_same(implementation, case, request):
    actual = dict(named(ask(implementation, "MODELS", case)))
    check(actual, case.outputs, FORWARD, request, "outputs")


def test_the_gradients_of_all_parameters_are_the_same(implementation, case, request):
    actual = ask(implementation, "MODEL_GRADIENTS", case)
    check(actual, case.gradients, BACKWARD, request, "gradients")
    # What HuggingFace has no gradient for does nothing here either.
    for name in actual.keys() - case.gradients.keys():
        assert not np.any(actual[name]), name


def test_the_implementation_names_only_known_models(implementation):
    for table in ("MODELS", "MODEL_GRADIENTS"):
        assert set(getattr(implementation, table, {})) <= set(NAMES)


# What is compared: the draws must not all be of one kind


def test_the_configurations_are_different_enough():
    configs = [random_config(seed) for seed in range(FULL)]
    assert {config.hidden_act for config in configs[:SLICE]} == {"gelu", "gelu_new", "relu"}
    assert {config.layer_norm_eps for config in configs[:SLICE]} == {1e-12, 1e-6, 1e-2}
    pairs = [(config.hidden_act, config.layer_norm_eps) for config in configs]
    assert ("gelu", 1e-12) in pairs[:SLICE]  # what a real BERT has
    assert len(set(pairs)) == 9
    assert {config.type_vocab_size for config in configs} == {1, 2, 3}
    assert {config.num_hidden_layers for config in configs} == {1, 2, 3}
    assert {config.num_attention_heads for config in configs} == {1, 2, 3, 4}


def test_the_configurations_of_the_others_are_different_enough():
    gpts = [random_gpt_config(seed) for seed in range(SLICE)]
    assert {config.activation_function for config in gpts} == {"gelu", "gelu_new", "relu"}
    assert len({config.n_layer for config in gpts}) > 1
    assert {config.n_inner is None for config in gpts} == {True, False}
    pairs = [random_encoder_decoder_config(seed) for seed in range(SLICE)]
    kinds = {"sinusoidal", "sinusoidal-halves", "learned"}
    assert {config.positions for config in pairs} == kinds
    assert {config.scale_embedding for config in pairs} == {True, False}
    assert any(config.encoder_layers != config.decoder_layers for config in pairs)


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
