"""One call of an exercise's function, and its outcome."""

import copy
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from zen_transformer.grading.values import difference, pack, plain, printable, unpack

LONGEST = 500
"""Maximum number of characters kept of an exception's message."""


@dataclass(frozen=True)
class Outcome:
    """The outcome of a call: a plain value, or the name and message of an exception."""

    value: Any = None
    error: str = ""
    message: str = ""
    line: int | None = None
    """Line of the student's file that the exception came from."""
    changed: tuple[int, ...] = ()
    """Positions of the arguments that the function changed in place."""

    @property
    def raised(self) -> str:
        """The exception in words, with its line."""
        where = f"line {self.line}: " if self.line else ""
        return f"{where}{self.error}: {self.message}".rstrip(": ")


def call(
    function: Callable,
    arguments: tuple[Any, ...],
    file: str,
    caught: tuple[type[BaseException], ...] = (Exception, SystemExit),
) -> Outcome:
    """Call a function that is written in `file` with a copy of the arguments.

    Args:
        function: the function.
        arguments: what it is called with.
        file: of its source, for the line of an exception.
        caught: exceptions that are an outcome; others, such as Ctrl-C, end the call.
    """
    given = copy.deepcopy(arguments)
    try:
        with np.errstate(all="ignore"):
            value = plain(function(*given))
    except caught as error:
        return replace(outcome_of_error(error, file), changed=_changed(arguments, given))
    return Outcome(value=value, changed=_changed(arguments, given))


def pack_outcome(outcome: Outcome, arrays: list[np.ndarray]) -> dict[str, Any]:
    """Turn an outcome into JSON; its arrays are appended to a list."""
    return {**asdict(outcome), "value": pack(outcome.value, arrays)}


def unpack_outcome(fields: dict[str, Any], arrays: list[np.ndarray]) -> Outcome:
    """Read an outcome that `pack_outcome` wrote, or that the student's code forged.

    Raises:
        ValueError, TypeError, LookupError: the fields are not those of an outcome.
    """
    line = fields["line"]
    return Outcome(
        value=unpack(fields["value"], arrays),
        error=printable(str(fields["error"])[:100]),
        message=printable(str(fields["message"])[:LONGEST]),
        line=None if line is None else int(line),
        changed=tuple(map(int, fields["changed"])),
    )


def _changed(before: tuple[Any, ...], after: tuple[Any, ...]) -> tuple[int, ...]:
    pairs = enumerate(zip(before, after, strict=True))
    return tuple(i for i, (one, other) in pairs if difference(plain(one), plain(other), 0.0))


def outcome_of_error(error: BaseException, file: str) -> Outcome:
    """Describe an exception that came through a file."""
    if isinstance(error, SyntaxError):
        return Outcome(error=type(error).__name__, message=error.msg, line=error.lineno)
    exits = isinstance(error, SystemExit)
    message = "the code ended itself: take exit() out" if exits else str(error)[:LONGEST]
    return Outcome(error=type(error).__name__, message=message, line=_last_line(error, file))


def _last_line(error: BaseException, file: str) -> int | None:
    line = None
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def mismatch(expected: Outcome, got: Outcome, tolerance: float) -> str:
    """Say how an outcome differs from the expected one; empty if it does not."""
    if got.error != expected.error:
        missing = f"expected {expected.error} to be raised; " if expected.error else ""
        return f"{missing}{got.raised if got.error else 'nothing was raised'}"
    return "" if expected.error else difference(expected.value, got.value, tolerance)
