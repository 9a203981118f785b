"""Weights by HuggingFace's names, and nested as our models have them. Of use to an adapter of
anything that has our structure; another has its own way to read HuggingFace's names."""

from functools import cache
from typing import Any

import numpy as np
from tiny import flat, tiny_config

from zen_transformer.checkpoints.names import to_huggingface, transposed
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
    tree: dict[Any, Any] = {}
    for name, array in weights.items():
        path = _paths(layers)[name]
        *branches, leaf = (int(part) if part.isdigit() else part for part in path.split("."))
        place = tree
        for branch in branches:
            place = place.setdefault(branch, {})
        place[leaf] = transposed(path, array)
    return tree


def named(tree: dict[Any, Any]) -> dict[str, np.ndarray]:
    """Nested dicts as HuggingFace's weights."""
    return {to_huggingface(path): transposed(path, array) for path, array in flat(tree).items()}
