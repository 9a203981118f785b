"""A grade as lines of text: for the terminal, and for a service that shows text."""

from dataclasses import replace
from textwrap import wrap

from zen_transformer.grading.display import (
    WIDTH,
    cause,
    hints,
    notes,
    printed_lines,
    sentence,
    shown,
    shown_outcome,
    state,
)
from zen_transformer.grading.exercise import Exercise
from zen_transformer.grading.grade import Failure, Grade
from zen_transformer.grading.values import plain

STEP = "  "


def headline(grade: Grade) -> str:
    """One line."""
    points = f"{grade.points}/{grade.exercise.points}"
    return f"{points:>7}  {grade.exercise.name:28} {state(grade)}"


def details(grade: Grade, hint: int = 0) -> str:
    """What there is to say about an exercise that is not complete."""
    lines = _wrapped(sentence(grade.exercise.settings.title))
    if grade.begun and grade.trouble:
        lines += _wrapped(sentence(f"the code could not be run to the end: {grade.trouble}"))
    if grade.begun and grade.smallest and grade.smallest.got:
        lines += failure_lines(grade.exercise, grade.smallest)
    for said in [*cause(grade), *hints(grade.exercise, hint)]:
        lines += _wrapped(said)
    if grade.printed:
        lines += ["It printed:", *(STEP + line for line in printed_lines(grade))]
    return "\n".join(lines)


def failure_lines(exercise: Exercise, failure: Failure) -> list[str]:
    """The case: what it was called with, what was expected, what came."""
    lines = _wrapped(f"Not passed: {sentence(failure.test.title)} For example with")
    for name, value in zip(exercise.parameters, failure.arguments, strict=False):
        lines += [STEP + line for line in shown(name, plain(value))]
    expected = replace(failure.expected, line=None, message="")
    lines += [STEP + line for line in shown_outcome("expected", expected)]
    if failure.got is not None:
        lines += [STEP + line for line in shown_outcome("got", failure.got)]
    for said in [sentence(failure.what), *notes(failure)]:
        lines += _wrapped(said)
    return lines


def _wrapped(text: str) -> list[str]:
    return wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False)
