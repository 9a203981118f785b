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
"""Most numbers of an array that are all shown; of a larger one only the edges are."""

DIGITS: dict[str, Any] = {
    "precision": 4,
    "suppress_small": True,
    "threshold": NUMBERS,
    "edgeitems": 2,
}

PARTS = 12
"""Most parts of a dict or a list that are shown."""

SYSTEM_FENCES = ("landlock", "seccomp")
"""The fences that Linux can put around a process."""

WIDTH = 88
LINES = 12
"""Most lines of the printed text that are shown."""


def value_lines(name: str, value: Any) -> list[str]:
    """Show a plain value line by line, with a name for each of its parts."""
    parts = list(_parts(name, value))
    lines = [line for part in parts[:PARTS] for line in _lines(*part)]
    if len(parts) > PARTS:
        lines.append(f"… and {len(parts) - PARTS} more")
    return lines


def _parts(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield the arrays and numbers in a value, each with its name, as in `result[0]`."""
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
    """Show one part, on the line of its name if it fits there."""
    if not isinstance(value, np.ndarray):
        text = shorten(printable(repr(value)), WIDTH * 3, placeholder=" …")
        return [f"{name} = {text}"]
    digits = re.sub("\n+", "\n", np.array2string(value, max_line_width=WIDTH, **DIGITS))
    if value.ndim <= 1 and "\n" not in digits:
        return [f"{name} = {digits}"]
    kind = KINDS.get(value.dtype.kind, "text")
    return [f"{name} ({kind}, {list(value.shape)}) =", *indent(digits, "  ").split("\n")]


def outcome_lines(name: str, outcome: Outcome) -> list[str]:
    """Show the value that a call returned, or the exception that it raised."""
    return [f"{name}: {outcome.raised}"] if outcome.error else value_lines(name, outcome.value)


def sentence(text: str) -> str:
    """Make a sentence of a text: capital letter and full stop."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "…")) else ".")


def result_notes(failure: Failure) -> list[str]:
    """Say what else is unusual about a wrong result: its precision, numbers that are not finite."""
    got, expected = failure.got, failure.expected
    if got is None or not isinstance(got.value, np.ndarray):
        return []
    remarks = []
    if got.value.dtype == np.float32 and np.asarray(expected.value).dtype == np.float64:
        remarks.append("The result is float32, the arguments were float64: keep their dtype.")
    numbers = got.value.dtype.kind == "f" and np.asarray(expected.value).dtype.kind == "f"
    if numbers and not np.isfinite(got.value).all() and np.isfinite(expected.value).all():
        remarks.append("There are numbers in it that are not finite.")
    return remarks


def section_reference(exercise: Exercise, section: str) -> str:
    """Say where the course explains what the exercise needs."""
    return f"lessons/{exercise.lesson}, “{section}”"


def explanation(grade: Grade) -> list[str]:
    """Say what is probably wrong, if that is known, and where to read."""
    section = (grade.mistake and grade.mistake.section) or grade.exercise.settings.section
    message = grade.mistake.message if grade.mistake else _progress(grade)
    return [*([message] if message else []), f"Read {section_reference(grade.exercise, section)}."]


def _progress(grade: Grade) -> str:
    """Say which tests pass, where no known mistake explains the results."""
    if grade.trouble or not grade.begun:
        return ""
    tests = grade.exercise.tests
    right = "; ".join(test.title.rstrip(".") for test in tests if grade.passed(test))
    unknown = "None of the known mistakes gives these numbers."
    progress = f"Right already: {right}." if right else "No test passes yet."
    return f"{unknown} {progress}" if grade.exercise.mistakes else progress


def state(grade: Grade) -> str:
    """The state of an exercise in a word or two."""
    if grade.complete:
        return "passed"
    if not grade.begun:
        return "not begun"
    return "could not be run" if grade.trouble else "wrong"


def printed_excerpt(grade: Grade) -> list[str]:
    """The first lines that the code has printed."""
    lines = [printable(line) for line in grade.printed.splitlines()]
    return lines if len(lines) <= LINES else [*lines[:LINES], "…"]


def hint_lines(exercise: Exercise, count: int) -> list[str]:
    """Show the first hints, with their numbers."""
    hints = exercise.settings.hints
    return [f"Hint {i} of {len(hints)}: {hint}" for i, hint in enumerate(hints[:count], 1)]


def summary(grades: list[Grade]) -> str:
    """Say how many points and exercises there are in all."""
    points, worth = sum(g.points for g in grades), sum(g.exercise.points for g in grades)
    done = sum(g.complete for g in grades)
    return f"{points} of {worth} points; {done} of {len(grades)} exercises complete"


def fence_note(grades: list[Grade]) -> str:
    """Say which of the system's fences were not around the code that ran; empty if all were."""
    run = [grade for grade in grades if grade.seconds]
    missing = [name for name in SYSTEM_FENCES if any(name not in grade.fences for grade in run)]
    if not missing:
        return ""
    return (
        f"This system has no {' and no '.join(missing)}: only Python's own refusals held the code. "
        "docs/teachers-guide.md names a container for strangers' code."
    )
