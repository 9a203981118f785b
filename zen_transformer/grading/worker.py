"""The process in which a student's code runs: it receives a source and arguments and returns the
outcome of every call. It knows neither the right answers nor the points."""

import builtins
import importlib
import importlib.abc
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import IO, Any

import numpy as np

from zen_transformer.grading import sandbox
from zen_transformer.grading.calls import (
    Outcome,
    call,
    outcome_of_error,
    pack_outcome,
    unpack_outcome,
)
from zen_transformer.grading.fence import BINDINGS, raise_fence
from zen_transformer.grading.frames import read_frame, write_frame
from zen_transformer.grading.limits import set_limits
from zen_transformer.grading.values import pack, plain, unpack


def main() -> None:
    """Read the order and then the questions from standard input, and answer each on what was
    standard output."""
    answers, questions = os.fdopen(os.dup(1), "wb"), os.fdopen(os.dup(0), "rb")
    os.dup2(2, 1)  # what the student prints
    sys.stdout = os.fdopen(1, "w", buffering=1, encoding="utf-8")  # line by line: it may crash
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    order, _ = read_frame(questions, sys.maxsize) or ({}, [])
    write_frame(answers, {"is": "ready", "fences": _prepare(order)}, [])
    for name in order["references"]:
        sys.modules[name] = _reference(name, questions, answers)
    _answer(order, questions, answers)
    sys.stdout.flush()
    os._exit(0)  # a thread that was left running holds nothing up


def _prepare(order: dict[str, Any]) -> list[str]:
    """Import NumPy and JAX within the system's fence, then set the limits and the other fences.

    Returns:
        Those of the system's fences that there are.
    """
    import site
    import subprocess  # some parts of NumPy and JAX want it, and none starts anything

    fences = {"landlock": sandbox.restrict_files(order["sites"], Path.cwd())}
    with suppress(ImportError):  # on Windows
        import _posixsubprocess

        _posixsubprocess.fork_exec = subprocess._fork_exec = _no_process  # type: ignore
    site.setquit()
    if order["jax"]:
        import jax.numpy as jnp

        jnp.zeros(1).block_until_ready()  # starts what computes
    for name in [name for name in sys.modules if name.startswith(("zen_transformer", *BINDINGS))]:
        del sys.modules[name]
    for name in order["forbidden"]:
        _forbid(name, "".join([order["source"], *order["modules"].values()]))
    set_limits(order["seconds"], order["memory"], threads=order["jax"])
    sys.meta_path.append(SourceFinder(order["modules"]))
    fences["seccomp"] = sandbox.restrict_calls(threads=order["jax"])
    raise_fence(order["packages"], order["sites"], [*order["modules"], *order["references"]])
    return [name for name, raised in fences.items() if raised]


def _forbid(name: str, source: str) -> None:
    """Put in the place of what an exercise forbids a function that says so. The source was read for
    the name; this is for what reading does not see, as `vars(scipy.special)["softmax"]`."""
    place, _, attribute = name.rpartition(".")
    if place.partition(".")[0] not in source:
        return

    def refused(*arguments: Any, **keywords: Any) -> Any:
        raise PermissionError(f"this exercise does not allow {name}: write it yourself")

    with suppress(ImportError):
        setattr(importlib.import_module(place), attribute, refused)


def _no_process(*arguments: Any) -> None:
    raise PermissionError("the code of an exercise starts no processes")


class SourceFinder(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Imports modules from their sources: a student's own earlier exercises."""

    def __init__(self, sources: dict[str, str]):
        self.sources = sources

    def find_spec(self, name: str, path: Any, target: Any = None) -> ModuleSpec | None:
        """Find one of the modules."""
        return ModuleSpec(name, self, origin=f"{name}.py") if name in self.sources else None

    def get_source(self, name: str) -> str:
        """The source that importing it executes."""
        return self.sources[name]


def _reference(name: str, questions: IO[bytes], answers: IO[bytes]) -> ModuleType:
    """A module with a function that lies elsewhere: the right one of an earlier exercise."""

    def ask(*arguments: Any, **keywords: Any) -> Any:
        packed: list[np.ndarray] = []
        parts = {
            "arguments": pack(plain(arguments), packed),
            "keywords": pack(plain(keywords), packed),
        }
        write_frame(answers, {"is": "call", "name": name, **parts}, packed)
        reply = read_frame(questions, sys.maxsize)
        if reply is None:
            raise RuntimeError(f"{name} gives no answer")
        outcome = unpack_outcome(*reply)
        if outcome.error:
            kind = getattr(builtins, outcome.error, RuntimeError)
            raise kind(outcome.message)
        return outcome.value

    ask.__name__ = name
    module = ModuleType(name)
    setattr(module, name, ask)
    return module


def _answer(order: dict[str, Any], questions: IO[bytes], answers: IO[bytes]) -> None:
    """Call the function with every case that comes, and send the outcome."""
    file = f"{order['name']}.py"
    function = _load(order["name"], file, order["source"])
    while question := read_frame(questions, sys.maxsize):
        fields, arrays = question
        if isinstance(function, Outcome):
            kind, outcome = "failed", function
        else:
            given = partial(function, **unpack(fields["keywords"], arrays))
            arguments = unpack(fields["arguments"], arrays)
            kind, outcome = "outcome", call(given, arguments, file, caught=(BaseException,))
        packed: list[np.ndarray] = []
        reply = {"is": kind, "case": fields["case"], **pack_outcome(outcome, packed)}
        write_frame(answers, reply, packed)


def _load(name: str, file: str, source: str) -> Callable | Outcome:
    """Load the student's function, or say why it cannot be loaded."""
    module = ModuleType(name)
    module.__file__ = file
    sys.modules[name] = module
    try:
        exec(compile(source, file, "exec"), vars(module))
    except BaseException as error:
        return outcome_of_error(error, file)
    function = vars(module).get(name)
    if not callable(function):
        return Outcome(error="NameError", message=f"there is no function {name} in it")
    return function
