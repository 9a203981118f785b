"""Reading a command line with tyro."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import tyro
from tyro.constructors import ConstructorRegistry, PrimitiveConstructorSpec, PrimitiveTypeInfo

from zen_transformer.errors import UserError


def read_arguments(kind: Any, arguments: Sequence[str], **options: Any) -> Any:
    """Make of a command line what it describes: an object, or the call of a function.

    Args:
        kind: a class or a function.
        arguments: the command line behind the command's name.
        options: of `tyro.cli`.

    Raises:
        UserError: a path is empty, which Python takes for the current folder.
    """
    registry = ConstructorRegistry()

    def path(words: list[str]) -> Path:
        if not words[0]:
            raise UserError(
                f"{_before_the_empty(arguments)} is empty: name a file or a folder, or leave it out"
            )
        return Path(words[0])

    @registry.primitive_rule
    def path_rule(info: PrimitiveTypeInfo) -> PrimitiveConstructorSpec[Path] | None:
        if info.type is not Path:
            return None
        return PrimitiveConstructorSpec(
            nargs=1,
            metavar="PATH",
            instance_from_str=path,
            is_instance=lambda value: isinstance(value, Path),
            str_from_instance=lambda value: [str(value)],
        )

    with registry:
        return tyro.cli(kind, args=arguments, **options)


def _before_the_empty(arguments: Sequence[str]) -> str:
    """The option that has an empty value; "a path" where it is none."""
    for before, value in pairwise(["", *arguments]):
        if value == "" and before.startswith("--"):
            return before
        if value.startswith("--") and value.endswith("="):
            return value.removesuffix("=")
    return "a path"
