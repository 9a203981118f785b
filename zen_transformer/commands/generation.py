"""Options about generating, which go on top of what the model's folder says."""

import inspect
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from zen_transformer.commands.arguments import read_arguments
from zen_transformer.commands.fault import PROGRAM
from zen_transformer.commands.options import given_options
from zen_transformer.inference.decoding import DecodingConfig
from zen_transformer.inference.generation_defaults import read_generation_defaults
from zen_transformer.printing import print

Config = TypeVar("Config", bound=DecodingConfig)


def call_with_folder(
    name: str, function: Callable, arguments: list[str], kind: type[DecodingConfig]
) -> Any:
    """Call a command whose `generation` starts from what the folder of its `model` says.

    Args:
        name: of the command.
        function: what it calls; its docstring is the help.
        arguments: its options.
        kind: of `generation`.

    Raises:
        UserError: the folder says something that is not implemented, or an option is not valid.
    """
    default = inspect.signature(function).parameters["model"].default
    folder = Path(given_options(arguments).model or default)
    start = read_generation_defaults(folder).start(kind())
    if "--do-sample" in arguments:  # chosen, and so it must not be without effect
        start = replace(start, usual={**(start.usual or {}), "do_sample": False})
    said = (inspect.getdoc(function) or "").partition("\n\nArgs:")[0]
    return read_arguments(
        partial(function, generation=start),
        arguments,
        prog=f"{PROGRAM} {name}",
        description=said,
    )


def heed_folder(folder: Path, config: Config | None, kind: type[Config], **changes: Any) -> Config:
    """The config that was given, or else what a model's folder says; a line on standard error says
    which of the folder's fields count.

    Args:
        folder: of a model or a run.
        config: what was given.
        kind: its class.
        changes: fields that go before both.

    Raises:
        UserError: the folder says something that is not implemented.
    """
    defaults = read_generation_defaults(folder)
    start = defaults.start(kind())
    config = replace(config or start, **changes)
    if note := defaults.describe(start, config):
        print(note, file=sys.stderr)
    return config
