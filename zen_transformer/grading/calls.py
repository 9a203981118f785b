"""One call of an exercise's function, and what came of it."""

import copy
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from zen_transformer.grading.values import difference, pack, plain, printable, unpack

LONGEST = 500
"""Characters of what an exception says that are kept."""


@dataclass(frozen=True)
class Outcome:
    """What a call gave: a plain value, or the name of an exception and what it said."""

    value: Any = None
    error: str = ""
    message: str = ""
    line: int | None = None
    """Of the student's file, where the exception came from."""
    changed: tuple[int, ...] = ()
    """Which of the arguments the function has changed in place."""

    @property
    def raised(self) -> str:
        """The exception in words."""
        where = f"line {self.line}: " if self.line else ""
        return f"{where}{self.error}: {self.message}".rstrip(": ")


def call(function: Callable, arguments: tuple[Any, ...], file: str) -> Outcome:
    """Call a function that is written in `file` with a copy of the arguments."""
    given = copy.deepcopy(arguments)
    try:
        with np.errstate(all="ignore"):
            value = plain(function(*given))
    except (Exception, SystemExit) as error:
        return replace(failure(error, file), changed=_changed(arguments, given))
    return Outcome(value=value, changed=_changed(arguments, given))


def outcome_fields(outcome: Outcome, arrays: list[np.ndarray]) -> dict[str, Any]:
    """As JSON; the arrays are appended to a list."""
    return {**asdict(outcome), "value": pack(outcome.value, arrays)}


def outcome_from(fields: dict[str, Any], arrays: list[np.ndarray]) -> Outcome:
    """What `outcome_fields` wrote, or somebody who pretends to be it.

    Raises:
        ValueError, TypeError, LookupError: it cannot be read.
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


def failure(error: BaseException, file: str) -> Outcome:
    """What an exception tells that came through a file."""
    if isinstance(error, SyntaxError):
        return Outcome(error=type(error).__name__, message=error.msg, line=error.lineno)
    said = "the code ended itself: take exit() out" if isinstance(error, SystemExit) else str(error)
    return Outcome(error=type(error).__name__, message=said[:LONGEST], line=_last_line(error, file))


def _last_line(error: BaseException, file: str) -> int | None:
    line = None
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def mismatch(expected: Outcome, got: Outcome, tolerance: float) -> str:
    """How the result or the exception differs from the expected one, in words; empty if it does
    not."""
    if got.error != expected.error:
        wanted = f"expected {expected.error} to be raised; " if expected.error else ""
        return f"{wanted}{got.raised if got.error else 'nothing was raised'}"
    return "" if expected.error else difference(expected.value, got.value, tolerance)
