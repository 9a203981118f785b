"""How something is attached to a model from outside: its linear maps by name, and the randomness of
what is attached."""

import re
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import ClassVar

import jax
from flax import nnx
from jaxtyping import Array, Float

from zen_transformer.checkpoints.layouts import Layout
from zen_transformer.checkpoints.names import to_huggingface
from zen_transformer.errors import UserError
from zen_transformer.layers.dropout import PRNGKeys
from zen_transformer.layers.linear import Linear
from zen_transformer.models.pretrained import PretrainedModel


class Call:
    """What a call of the model hands to all that is attached to it: the randomness of dropout.

    A model knows nothing of what is attached to it, so its signature cannot carry this.
    """

    def __init__(self) -> None:
        self.key: PRNGKeys | None = None

    @contextmanager
    def randomness(self, key: PRNGKeys | None) -> Iterator[None]:
        """Apply dropout in the calls within the block; no key, no dropout."""
        self.key = key
        try:
            yield
        finally:
            self.key = None

    def key_of(self, number: int) -> PRNGKeys | None:
        """The key of one of the attached modules, by its number."""
        if self.key is None or not self.key.ndim:
            return None if self.key is None else jax.random.fold_in(self.key, number)
        return jax.vmap(jax.random.fold_in, (0, None))(self.key, number)


class Attached(nnx.Module):
    """A module in the place of a linear map, which it has inside."""

    own: ClassVar[tuple[str, ...]]
    """Names of the parameters that are its own; these are trained."""
    base: Linear

    @property
    def kernel(self) -> nnx.Param:
        """The kernel of the frozen map."""
        return self.base.kernel

    @abstractmethod
    def merged(self) -> tuple[Float[Array, "in out"], Float[Array, " out"]]:
        """The kernel and the bias of one linear map that computes the same."""


def linear_maps(model: PretrainedModel) -> dict[str, tuple[nnx.Module, str]]:
    """The linear maps of a model, by HuggingFace's names of their modules: the module that has each
    of them, and its attribute there."""
    modules = dict(nnx.iter_modules(model))
    maps = {}
    for path, module in modules.items():
        if isinstance(module, Linear):
            name = to_huggingface(".".join(map(str, (*path, "kernel"))), model.layout)
            maps[name.removesuffix(".weight")] = modules[path[:-1]], str(path[-1])
    return dict(sorted(maps.items()))


def file_names(names: Sequence[str], layout: Layout) -> dict[str, list[str]]:
    """Group linear maps by their name in a file, where some are fused, in the order in which they
    follow each other there."""
    grouped: dict[str, list[str]] = {}
    for whole, parts in layout.fused.items():
        for name in names:
            if name.endswith(f".{parts[0]}"):
                stem = name.removesuffix(parts[0])
                grouped[stem + whole] = [stem + part for part in parts]
    fused = {name for group in grouped.values() for name in group}
    return {name: [name] for name in names if name not in fused} | grouped


def select(names: Sequence[str], targets: str | Sequence[str]) -> list[str]:
    """Select names of modules as the PEFT library does: by a regular expression for whole names, or
    by a list of names or of their last parts.

    Raises:
        UserError: nothing is selected, or the expression is none.
    """
    try:
        chosen = [name for name in names if is_target(name, targets)]
    except re.error as error:
        raise UserError(f"target_modules is {targets!r}, no regular expression: {error}") from error
    if not chosen:
        raise UserError(
            f"target_modules is {targets!r}, which is none of the {len(names)} linear maps: "
            f"their names are such as {', '.join(names[:4])}"
        )
    return chosen


def is_target(name: str, targets: str | Sequence[str]) -> bool:
    """Whether one name is selected."""
    if isinstance(targets, str):
        return re.fullmatch(targets, name) is not None
    return any(name == target or name.endswith(f".{target}") for target in targets)
