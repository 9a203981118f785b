"""Conversion of weights between HuggingFace's names and the nested dicts of the models here, for
adapters of implementations with the same structure."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from flax import nnx
from tiny import flat, tiny_config

import zen_transformer as zen
from zen_transformer.checkpoints.names import (
    file_tensors,
    from_huggingface,
    to_huggingface,
    transposed,
)
from zen_transformer.models.pretrained import flat_parameters
from zen_transformer.numpy_nn.initialization import initial_parameters

LEAVES = ("kernel", "bias")


@cache
def _paths(layers: int) -> dict[str, str]:
    """Map HuggingFace's names to paths here, for all parameters that such a BERT can have."""
    shape = tiny_config(num_hidden_layers=layers)
    paths = [*flat(initial_parameters(shape, np.random.default_rng(0)))]
    paths += [f"{head}.{leaf}" for head in ("classifier", "qa_outputs") for leaf in LEAVES]
    paths += [path.removeprefix("bert.") for path in paths]
    return {to_huggingface(path): path for path in paths}


def nested(weights: dict[str, np.ndarray], layers: int) -> dict[Any, Any]:
    """Convert HuggingFace's weights to nested dicts; the layers are under 0, 1, 2, …"""
    paths = {name: _paths(layers)[name] for name in weights}
    return _tree({paths[name]: transposed(paths[name], weights[name]) for name in weights})


def _tree(arrays: dict[str, np.ndarray]) -> dict[Any, Any]:
    """Convert arrays by dotted path to nested dicts."""
    tree: dict[Any, Any] = {}
    for path, array in arrays.items():
        *branches, leaf = (int(part) if part.isdigit() else part for part in path.split("."))
        place = tree
        for branch in branches:
            place = place.setdefault(branch, {})
        place[leaf] = array
    return tree


def named(tree: dict[Any, Any]) -> dict[str, np.ndarray]:
    """Convert nested dicts to HuggingFace's weights."""
    return {to_huggingface(path): transposed(path, array) for path, array in flat(tree).items()}


# The other families; the names are those of the JAX models


@cache
def _paths_of(name: str, config: Any) -> tuple[str, ...]:
    model = nnx.eval_shape(lambda: getattr(zen, name)(config, rngs=nnx.Rngs(0)))
    return tuple(flat_parameters(model))


def nested_as(name: str, config: Any, weights: dict[str, np.ndarray]) -> dict[Any, Any]:
    """Convert HuggingFace's weights to the nested dicts of the model of this name."""
    layout = getattr(zen, name).layout
    wanted = set(_paths_of(name, config))
    return _tree(from_huggingface(weights, wanted, Path("the case"), layout))


def named_as(name: str, tree: dict[Any, Any]) -> dict[str, np.ndarray]:
    """Convert the nested dicts of the model of this name to HuggingFace's weights."""
    return file_tensors(flat(tree), getattr(zen, name).layout)
