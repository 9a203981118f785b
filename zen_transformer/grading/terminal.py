"""A grade as lines of text, for the terminal and for services that show text."""

from dataclasses import replace
from textwrap import wrap

from zen_transformer.grading.display import (
    WIDTH,
    explanation,
    hint_lines,
    outcome_lines,
    printed_excerpt,
    result_notes,
    sentence,
    state,
    value_lines,
)
from zen_transformer.grading.exercise import Exercise
from zen_transformer.grading.grade import Failure, Grade
from zen_transformer.grading.values import plain

STEP = "  "
MOST_LINES, LONGEST_LINE = 200, 400
"""Limits of what is said of an exercise, whatever names and texts the code gives."""


def headline(grade: Grade) -> str:
    """Show points, name and state of an exercise in one line."""
    points = f"{grade.points}/{grade.exercise.points}"
    return f"{points:>7}  {grade.exercise.name:28} {state(grade)}"


def details(grade: Grade, hint: int = 0) -> str:
    """Explain why an exercise is not complete."""
    lines = _wrapped(sentence(grade.exercise.settings.title))
    if grade.trouble and (grade.begun or not grade.ran):
        what = "could not be run to the end" if grade.ran else "was not run"
        lines += _wrapped(sentence(f"the code {what}: {grade.trouble}"))
    if grade.begun and grade.smallest_failure and grade.smallest_failure.got:
        lines += failure_lines(grade.exercise, grade.smallest_failure)
    for paragraph in [*explanation(grade), *hint_lines(grade.exercise, hint)]:
        lines += _wrapped(paragraph)
    if grade.printed:
        lines += ["It printed:", *(STEP + line for line in printed_excerpt(grade))]
    return "\n".join(line[:LONGEST_LINE] for line in lines[:MOST_LINES])


def failure_lines(exercise: Exercise, failure: Failure) -> list[str]:
    """Show a failed case: the arguments, the expected outcome and the actual one."""
    lines = _wrapped(f"Not passed: {sentence(failure.test.title)} For example with")
    for name, value in zip(exercise.parameters, failure.arguments, strict=False):
        lines += [STEP + line for line in value_lines(name, plain(value))]
    expected = replace(failure.expected, line=None, message="")
    lines += [STEP + line for line in outcome_lines("expected", expected)]
    if failure.got is not None:
        lines += [STEP + line for line in outcome_lines("got", failure.got)]
    for paragraph in [sentence(failure.difference), *result_notes(failure)]:
        lines += _wrapped(paragraph)
    return lines


def _wrapped(text: str) -> list[str]:
    return wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False)
