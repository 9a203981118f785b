"""Functions of `numpy_nn` and of the JAX rooms that have the same name: the same arguments."""

import inspect
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest

import zen_transformer

ROOT = Path(zen_transformer.__file__).parent
TEXTBOOK = sorted(path.stem for path in (ROOT / "numpy_nn").glob("[a-z]*.py"))
JAX_ROOMS = ("layers", "models", "objectives", "peft", "training")
NOT_IN_JAX = {"initialization", "muon", "neighbor_heads", "word_vectors"}
"""Files without a twin: the modules of `layers/` and `models/` draw their own weights, Optax has
Muon, and word vectors are counted and decomposed by SciPy."""
JAX_ONLY_ARGUMENTS = {
    "linear": ["implementation"],
    "scaled_dot_product_attention": ["implementation"],
}
"""Arguments at the end that choose how XLA computes the same."""
COMPOSED_IN_JAX = {
    "adamw",
    "bert",
    "bert_with_head",
    "block",
    "encoder_decoder",
    "gpt",
    "masked_lm_head",
    "multi_head_attention",
    "pretraining_loss",
    "stack",
}
"""Functions of a nested dict of weights, whose twins are modules, objectives or optimizers."""
NUMPY_ONLY = {
    "activations": {"erf"},
    "bert": {"encoder_inputs", "losses", "loss", "loss_gradient", "split_logits"},
    "masked_lm": {"mask_batch"},
    "optimizer": {
        "clip_by_global_norm",
        "global_norm",
        "init_moments",
        "learning_rate",
        "leaves",
        "tree_map",
    },
    "pretraining": {"pretraining_gradient", "train"},
    "stack": {"sublayers"},
}
"""Leaf functions without a twin: JAX or Optax has them, or another generator draws."""
JAX_ONLY = {
    "cross_entropy": {"accuracy"},
    "dropout": {"draw_keep", "random_dropout", "split_key"},
    "linear": {"normal_parameter"},
    "lora": {"column_norms", "lora_scale"},
    "masked_lm": {"mask_tokens", "predictions_per_sequence"},
    "masks": {"packed_mask"},
    "optimizer": {
        "learning_rate_schedule",
        "make_optimizer",
        "norm",
        "scheduled_optimizer",
        "updated_by",
    },
    "pooling": {"make_pooler"},
}
"""Functions of the JAX rooms without a twin: what draws, builds, schedules or measures."""


def functions(module: str) -> dict[str, Callable]:
    """The public functions that a module defines."""
    members = vars(import_module(f"zen_transformer.{module}"))
    return {
        name: member
        for name, member in members.items()
        if inspect.isfunction(member)
        and member.__module__ == f"zen_transformer.{module}"
        and not name.startswith("_")
    }


def forward_functions(file: str) -> dict[str, Callable]:
    textbook = functions(f"numpy_nn.{file}")
    return {name: f for name, f in textbook.items() if not name.endswith("_backward")}


def twin_module(file: str) -> str:
    """The JAX module with the same file name, of which there is one."""
    (room,) = (room for room in JAX_ROOMS if (ROOT / room / f"{file}.py").exists())
    return f"{room}.{file}"


def arguments(function: Callable) -> list[str]:
    return list(inspect.signature(function).parameters)


@pytest.mark.parametrize("file", [file for file in TEXTBOOK if file not in NOT_IN_JAX])
def test_twins_have_the_same_names_and_arguments(file):
    textbook, twins = forward_functions(file), functions(twin_module(file))
    assert set(textbook) - set(twins) - COMPOSED_IN_JAX == NUMPY_ONLY.get(file, set())
    assert set(twins) - set(textbook) == JAX_ONLY.get(file, set())
    for name in set(textbook) & set(twins):
        more = JAX_ONLY_ARGUMENTS.get(name, [])
        assert [*arguments(textbook[name]), *more] == arguments(twins[name]), name


@pytest.mark.parametrize("file", TEXTBOOK)
def test_a_backward_function_takes_the_arguments_of_its_function(file):
    textbook = functions(f"numpy_nn.{file}")
    for name, function in forward_functions(file).items():
        if backward := textbook.get(f"{name}_backward"):
            gradients = [x for x in arguments(backward) if x not in arguments(function)]
            assert gradients[0].startswith("d"), name
            if name not in ("bert", "split_logits", "stack"):  # of several results, or of others
                assert arguments(backward) == [gradients[0], *arguments(function)], name
