"""Values, failures and grades as a person reads them."""

import re
from collections.abc import Iterator
from textwrap import indent, shorten
from typing import Any

import numpy as np

from zen_transformer.grading.calls import Outcome
from zen_transformer.grading.exercise import Exercise
from zen_transformer.grading.grade import Failure, Grade
from zen_transformer.grading.values import KINDS, printable

NUMBERS = 40
"""An array with more of them is shown by its edges."""

DIGITS: dict[str, Any] = {
    "precision": 4,
    "suppress_small": True,
    "threshold": NUMBERS,
    "edgeitems": 2,
}

PARTS = 12
"""A dict or a list with more arrays in it is shown by its first ones."""

WIDTH = 88
LINES = 12
"""Of what the code has printed."""


def shown(name: str, value: Any) -> list[str]:
    """A plain value in digits, with a name for each of its parts, line by line."""
    parts = list(_parts(name, value))
    lines = [line for part in parts[:PARTS] for line in _lines(*part)]
    if len(parts) > PARTS:
        lines.append(f"… and {len(parts) - PARTS} more")
    return lines


def _parts(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """The arrays and numbers in a value, with their places."""
    if isinstance(value, dict) and value:
        for key, entry in value.items():
            yield from _parts(f"{name}[{key!r}]", entry)
    elif isinstance(value, list | tuple) and any(map(_is_large, value)):
        for i, entry in enumerate(value):
            yield from _parts(f"{name}[{i}]", entry)
    else:
        yield name, value


def _is_large(value: Any) -> bool:
    return isinstance(value, np.ndarray | dict | list | tuple)


def _lines(name: str, value: Any) -> list[str]:
    """One part, on the line of its name if it fits there."""
    if not isinstance(value, np.ndarray):
        text = shorten(printable(repr(value)), WIDTH * 3, placeholder=" …")
        return [f"{name} = {text}"]
    digits = re.sub("\n+", "\n", np.array2string(value, max_line_width=WIDTH, **DIGITS))
    if value.ndim <= 1 and "\n" not in digits:
        return [f"{name} = {digits}"]
    kind = KINDS.get(value.dtype.kind, "text")
    return [f"{name} ({kind}, {list(value.shape)}) =", *indent(digits, "  ").split("\n")]


def shown_outcome(name: str, outcome: Outcome) -> list[str]:
    """What a call gave, or raised."""
    return [f"{name}: {outcome.raised}"] if outcome.error else shown(name, outcome.value)


def sentence(text: str) -> str:
    """With a capital letter and a full stop."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "…")) else ".")


def notes(failure: Failure) -> list[str]:
    """What else is seen in a wrong result."""
    got, expected = failure.got, failure.expected
    if got is None or not isinstance(got.value, np.ndarray):
        return []
    found = []
    if got.value.dtype == np.float32 and np.asarray(expected.value).dtype == np.float64:
        found.append("The result is float32, the arguments were float64: keep their dtype.")
    numbers = got.value.dtype.kind == "f" and np.asarray(expected.value).dtype.kind == "f"
    if numbers and not np.isfinite(got.value).all() and np.isfinite(expected.value).all():
        found.append("There are numbers in it that are not finite.")
    return found


def place(exercise: Exercise, section: str) -> str:
    """Where the reader finds an explanation."""
    return f"lessons/{exercise.lesson}, “{section}”"


def cause(grade: Grade) -> list[str]:
    """What is probably wrong, if that is known, and where to read."""
    section = (grade.mistake and grade.mistake.section) or grade.exercise.settings.section
    said = grade.mistake.message if grade.mistake else _known(grade)
    return [*([said] if said else []), f"Read {place(grade.exercise, section)}."]


def _known(grade: Grade) -> str:
    """What is known where the mistake is not."""
    if grade.trouble or not grade.begun:
        return ""
    tests = grade.exercise.tests
    right = "; ".join(test.title.rstrip(".") for test in tests if grade.passed(test))
    unknown = "None of the known mistakes gives these numbers."
    known = f"Right already: {right}." if right else "No test passes yet."
    return f"{unknown} {known}" if grade.exercise.mistakes else known


def state(grade: Grade) -> str:
    """In a word or two."""
    if grade.complete:
        return "passed"
    if not grade.begun:
        return "not begun"
    return "could not be run" if grade.trouble else "wrong"


def printed_lines(grade: Grade) -> list[str]:
    """The beginning of what the code has printed."""
    lines = [printable(line) for line in grade.printed.splitlines()]
    return lines if len(lines) <= LINES else [*lines[:LINES], "…"]


def hints(exercise: Exercise, count: int) -> list[str]:
    """The first hints, with their numbers."""
    steps = exercise.settings.hints
    return [f"Hint {i} of {len(steps)}: {hint}" for i, hint in enumerate(steps[:count], 1)]


def summary(grades: list[Grade]) -> str:
    """The points of all of them."""
    points, worth = sum(g.points for g in grades), sum(g.exercise.points for g in grades)
    done = sum(g.complete for g in grades)
    return f"{points} of {worth} points; {done} of {len(grades)} exercises complete"
