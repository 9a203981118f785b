"""The first array of a forward and backward pass that is not finite. If all of the forward pass is
finite, it is the last parameter whose gradient is not, since the backward pass begins there."""

from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array

from zen_transformer.inspection.traces import ALL_OUTPUTS, named_arrays


def first_not_finite(
    network: Any, parameters: Any, inputs: dict[str, Any], loss: Callable[[Any], Array]
) -> str:
    """Describe the first array that is not finite.

    Args:
        network: the model with these parameters.
        parameters: nested dict.
        inputs: arguments of the network.
        loss: function of the parameters.
    """
    computed = named_arrays(network(**inputs, **ALL_OUTPUTS))
    stages = [
        ("the parameter", list(_named_leaves(parameters))),
        ("", [(_describe(name), array) for name, array in computed]),
        ("", [("the loss", loss(parameters))]),
        ("the gradient of", list(_named_leaves(jax.grad(loss)(parameters)))[::-1]),
    ]
    for kind, arrays in stages:
        for name, array in arrays:
            if not bool(jnp.all(jnp.isfinite(array))):
                return f"{kind} {name}".strip()
    return "the optimizer's update: all that the model computes is finite"


def _named_leaves(tree: Any) -> Iterator[tuple[str, Array]]:
    """List leaves in the order of the forward pass: by name, with block numbers as integers."""

    def order(entry: tuple[Any, Array]) -> list[tuple[bool, Any]]:
        keys = [getattr(step, "key", step) for step in entry[0]]
        return [(isinstance(key, str), key) for key in keys]

    for path, leaf in sorted(jax.tree.leaves_with_path(tree), key=order):
        yield jax.tree_util.keystr(path, simple=True, separator="."), leaf


def _describe(name: str) -> str:
    """Describe an array that `named_arrays` has named."""
    side, _, rest = name.rpartition("coder_")
    of_side = f" of the {side}coder" if side else ""
    kind, _, number = rest.partition(".")
    if rest == "hidden_states.0":
        return f"the embeddings{of_side}"
    if kind == "hidden_states":
        return f"the output of block {int(number) - 1}{of_side}"
    if kind in ("attentions", "cross_attentions"):
        of_kind = kind.removesuffix("s").replace("_", "-")
        return f"the {of_kind} weights of block {number}{of_side}"
    return f"the {name}"
