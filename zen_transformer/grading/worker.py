"""The process in which a student's code runs: it receives a source and arguments and returns the
outcome of every call. It knows neither the right answers nor the points."""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from types import ModuleType
from typing import IO, Any

from zen_transformer.grading.calls import Outcome, call, outcome_of_error, pack_outcome
from zen_transformer.grading.fence import raise_fence
from zen_transformer.grading.frames import read_frame, write_frame
from zen_transformer.grading.limits import set_limits
from zen_transformer.grading.values import unpack


def main() -> None:
    """Read the order from standard input, and answer on what was standard output."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what the student prints
    sys.stdout = os.fdopen(1, "w", buffering=1, encoding="utf-8")  # line by line: it may crash
    order = read_frame(sys.stdin.buffer, sys.maxsize)
    assert order is not None
    fields, arrays = order
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    _prepare(fields)
    write_frame(answers, {"is": "ready"}, [])
    _run(fields, [unpack(case, arrays) for case in fields["cases"]], answers)
    sys.stdout.flush()
    os._exit(0)  # a thread that was left running holds nothing up


def _prepare(fields: dict[str, Any]) -> None:
    """Import NumPy and JAX, then set the limits and the fence."""
    import site
    import subprocess  # some parts of NumPy and JAX want it, and none starts anything

    with suppress(ImportError):  # on Windows
        import _posixsubprocess

        _posixsubprocess.fork_exec = subprocess._fork_exec = _no_process  # type: ignore
    site.setquit()
    if fields["jax"]:
        import jax.numpy as jnp

        jnp.zeros(1).block_until_ready()  # starts what computes
    for name in [name for name in sys.modules if name.startswith("zen_transformer")]:
        del sys.modules[name]
    set_limits(fields["seconds"], fields["memory"], threads=fields["jax"])
    raise_fence(fields["packages"], fields["sites"])


def _no_process(*arguments: Any) -> None:
    raise PermissionError("the code of an exercise starts no processes")


def _run(fields: dict[str, Any], cases: list[tuple[Any, ...]], answers: IO[bytes]) -> None:
    """Call the function with every case and send the outcomes."""
    file = f"{fields['name']}.py"
    function = _load(fields["name"], file, fields["source"])
    if isinstance(function, Outcome):
        _send(answers, "failed", function)
        return
    for case in cases:
        _send(answers, "outcome", call(function, case, file))


def _load(name: str, file: str, source: str) -> Callable | Outcome:
    """Load the student's function, or say why it cannot be loaded."""
    module = ModuleType(name)
    module.__file__ = file
    sys.modules[name] = module
    try:
        exec(compile(source, file, "exec"), vars(module))
    except (Exception, SystemExit) as error:
        return outcome_of_error(error, file)
    function = vars(module).get(name)
    if not callable(function):
        return Outcome(error="NameError", message=f"there is no function {name} in it")
    return function


def _send(answers: IO[bytes], kind: str, outcome: Outcome) -> None:
    arrays: list = []
    write_frame(answers, {"is": kind, **pack_outcome(outcome, arrays)}, arrays)
