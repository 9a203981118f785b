"""Values, failures and grades as a person reads them."""

import re
from collections.abc import Iterator
from textwrap import indent, shorten
from typing import Any

import numpy as np

from zen_transformer.grading.calls import Outcome
from zen_transformer.grading.exercise import Exercise
from zen_transformer.grading.grade import Failure, Grade, in_place, whole_if_equal
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
    """Say what else is unusual about a wrong result: a change in place, its precision, numbers
    that are not finite."""
    got, expected = failure.got, failure.expected
    remarks = []
    if failure.changed and not failure.values_right:
        remarks.append(f"Besides, {in_place(failure.changed)}.")
    if got is None or not isinstance(got.value, np.ndarray):
        return remarks
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
    paragraphs = [_known_mistake(grade) if grade.mistake else _observed(grade), _half(grade)]
    read = f"Read {section_reference(grade.exercise, section)}."
    return [*(paragraph for paragraph in paragraphs if paragraph), read]


def _known_mistake(grade: Grade) -> str:
    """Say what was seen, that the results are those of a known mistake, and its message."""
    assert grade.mistake
    return f"Every result is that of a known mistake, {grade.mistake.name}. {grade.mistake.message}"


def _observed(grade: Grade) -> str:
    """Say what the wrong results have in common, if anything, and which tests pass."""
    if grade.trouble or not grade.begun:
        return ""
    tests, failure = grade.exercise.tests, grade.smallest_failure
    right = "; ".join(test.title.rstrip(".") for test in tests if grade.passed(test))
    progress = f"Right already: {right}." if right else "No test passes yet."
    if grade.observation:
        return f"{grade.observation.message} {progress}"
    if grade.exercise.mistakes and failure and failure.wrong_numbers:
        return f"None of the known mistakes gives these numbers. {progress}"
    return progress


def _half(grade: Grade) -> str:
    """Say which tests earn half of their points."""
    flawed = [test.title.rstrip(".") for test in grade.exercise.tests if grade.flawed(test)]
    return f"Half of the points, for right values: {'; '.join(flawed)}." if flawed else ""


def state(grade: Grade) -> str:
    """The state of an exercise in a word or two."""
    if grade.complete:
        return "passed"
    if not grade.begun:
        return "not begun"
    if grade.values_right:
        return "right values, half of the points"
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
    points = whole_if_equal(sum(g.points for g in grades))
    worth = sum(g.exercise.points for g in grades)
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
