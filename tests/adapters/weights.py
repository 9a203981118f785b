"""Weights by HuggingFace's names, and nested as our models have them. Of use to an adapter of
anything that has our structure; another has its own way to read HuggingFace's names."""

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
    """Our path of every parameter that a BERT of so many layers can have, by HuggingFace's name."""
    shape = tiny_config(num_hidden_layers=layers)
    paths = [*flat(initial_parameters(shape, np.random.default_rng(0)))]
    paths += [f"{head}.{leaf}" for head in ("classifier", "qa_outputs") for leaf in LEAVES]
    paths += [path.removeprefix("bert.") for path in paths]
    return {to_huggingface(path): path for path in paths}


def nested(weights: dict[str, np.ndarray], layers: int) -> dict[Any, Any]:
    """HuggingFace's weights as nested dicts; the layers are under 0, 1, 2, …"""
    paths = {name: _paths(layers)[name] for name in weights}
    return _tree({paths[name]: transposed(paths[name], weights[name]) for name in weights})


def _tree(arrays: dict[str, np.ndarray]) -> dict[Any, Any]:
    """Arrays by dotted paths as nested dicts."""
    tree: dict[Any, Any] = {}
    for path, array in arrays.items():
        *branches, leaf = (int(part) if part.isdigit() else part for part in path.split("."))
        place = tree
        for branch in branches:
            place = place.setdefault(branch, {})
        place[leaf] = array
    return tree


def named(tree: dict[Any, Any]) -> dict[str, np.ndarray]:
    """Nested dicts as HuggingFace's weights."""
    return {to_huggingface(path): transposed(path, array) for path, array in flat(tree).items()}


# The other families, whose parameters the JAX models name


@cache
def _paths_of(name: str, config: Any) -> tuple[str, ...]:
    model = nnx.eval_shape(lambda: getattr(zen, name)(config, rngs=nnx.Rngs(0)))
    return tuple(flat_parameters(model))


def nested_as(name: str, config: Any, weights: dict[str, np.ndarray]) -> dict[Any, Any]:
    """HuggingFace's weights as nested dicts, as the model of this name has them."""
    layout = getattr(zen, name).layout
    wanted = set(_paths_of(name, config))
    return _tree(from_huggingface(weights, wanted, Path("the case"), layout))


def named_as(name: str, tree: dict[Any, Any]) -> dict[str, np.ndarray]:
    """Nested dicts as HuggingFace's weights."""
    return file_tensors(flat(tree), getattr(zen, name).layout)
