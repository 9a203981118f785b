"""Reading a command line with tyro: a mistake is one line, like every other."""

import itertools
import re
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr
from functools import partial, wraps
from inspect import isclass
from io import StringIO
from pathlib import Path
from typing import Any

import tyro
from tyro.constructors import ConstructorRegistry, PrimitiveConstructorSpec, PrimitiveTypeInfo

from zen_transformer.errors import LARGEST, UserError, shortened

MISTAKE = 2
"""The exit code of tyro where it cannot read a command line."""
FRAME = re.compile(r"[╭╮╰╯│─]+|-{3,}")
"""What tyro draws around its messages and between their parts."""


def read_arguments(kind: Any, arguments: Sequence[str], **options: Any) -> Any:
    """Make of a command line what it describes: an object, or the call of a function.

    Args:
        kind: a class or a function.
        arguments: the command line behind the command's name.
        options: of `tyro.cli`.

    Raises:
        UserError: an option that there is not, one without its value, or with a value that it does
            not take, such as an empty path, which Python takes for the current folder.
    """
    registry = ConstructorRegistry()
    registry.primitive_rule(_rule(int, "INT", _whole_number))
    registry.primitive_rule(_rule(Path, "PATH", partial(_path, arguments)))
    described = kind if isclass(kind) else _prepared(kind)
    said = StringIO()
    try:
        with registry, redirect_stderr(said):
            read = tyro.cli(described, args=arguments, **options)
    except SystemExit as end:
        if end.code != MISTAKE:
            raise
        raise UserError(_in_one_line(said.getvalue(), options.get("prog", ""))) from None
    return read if isclass(kind) else read()


def _prepared(function: Callable) -> Callable:
    """Return what takes the arguments of a function and gives the call, to be made later."""

    @wraps(function)
    def prepare(*arguments: Any, **options: Any) -> Callable:
        return partial(function, *arguments, **options)

    return prepare


def _rule(kind: type, metavar: str, read: Callable[[str], Any]) -> Callable:
    """Return the rule by which values of a type are read from one word."""

    def rule(info: PrimitiveTypeInfo) -> PrimitiveConstructorSpec[Any] | None:
        if info.type is not kind:
            return None
        return PrimitiveConstructorSpec(
            nargs=1,
            metavar=metavar,
            instance_from_str=lambda words: read(words[0]),
            is_instance=lambda value: isinstance(value, kind) and not isinstance(value, bool),
            str_from_instance=lambda value: [str(value)],
        )

    return rule


def _whole_number(word: str) -> int:
    try:
        number = int(word)
    except ValueError as error:
        raise ValueError(f"{shortened(word, 40)!r} is no whole number") from error
    if abs(number) > LARGEST:
        raise ValueError(f"{shortened(word, 40)} is beyond ±{LARGEST}, the largest whole number")
    return number


def _path(arguments: Sequence[str], word: str) -> Path:
    if not word:
        raise UserError(
            f"{_before_the_empty(arguments)} is empty: name a file or a folder, or leave it out"
        )
    return Path(word)


def _before_the_empty(arguments: Sequence[str]) -> str:
    """The option that has an empty value; "a path" where it is none."""
    for before, value in itertools.pairwise(["", *arguments]):
        if value == "" and before.startswith("--"):
            return before
        if value.startswith("--") and value.endswith("="):
            return value.removesuffix("=")
    return "a path"


def _in_one_line(box: str, program: str) -> str:
    """Say in a line what tyro says in a box: its first paragraph, and options of a similar name."""
    lines = [FRAME.sub(" ", line).strip() for line in box.splitlines()]
    _, *said = itertools.dropwhile(lambda line: not line, lines)  # without the title
    said = list(itertools.dropwhile(lambda line: not line, said))
    message = " ".join(itertools.takewhile(bool, said)).removeprefix("Error parsing ").rstrip(".")
    near = [line.split()[0].rstrip(",") for line in said if line.startswith("--")]
    meant = f"did you mean {near[0]}? " if near and "Perhaps you meant:" in said else ""
    return f"{message[:1].lower()}{message[1:]}: {meant}{program} --help shows all options"
