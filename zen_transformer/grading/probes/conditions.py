"""Probes of the cases: what the arguments of the right ones have that those of the wrong lack."""

import itertools
from collections.abc import Callable, Iterator
from functools import partial
from operator import eq
from typing import Any

import numpy as np

from zen_transformer.grading.evidence import Evidence, GradedCase
from zen_transformer.grading.exercise import Arguments, Exercise
from zen_transformer.grading.sizes import axis_in_words, axis_names

HUGE = 100.0
SMALL = 3
"""Smallest size of two axes that are hardly equal by chance."""

Condition = Callable[[Any], Any]
"""Of all arguments, or of the value of one."""
Conditions = Iterator[tuple[str, Condition]]


def refusals_missing(evidence: Evidence) -> list[GradedCase]:
    """The cases in which an exception is expected and nothing is raised."""
    return [case for case in evidence.failed if case.expected.error and not case.got.error]


def not_raised(cases: list[GradedCase]) -> str:
    """Say which exceptions are not raised."""
    names = " and ".join(sorted({case.expected.error for case in cases}))
    return f"{names} is not raised where it should be"


def right_only_where(evidence: Evidence) -> str:
    """The right cases have something in common that no wrong one has: batch 1, equal sizes."""
    right = [case.arguments for case in evidence.cases if not case.wrong and _shows(case)]
    wrong = [case.arguments for case in evidence.failed]
    if not right:
        return ""
    for words, holds in _conditions(evidence.exercise, [*right, *wrong], len(right)):
        if all(map(_safe(holds), right)) and not any(map(_safe(holds), wrong)):
            others = "the other case is" if len(wrong) == 1 else f"the {len(wrong)} other cases are"
            return f"the results are right only where {words}: {others} wrong."
    return ""


def _shows(case: GradedCase) -> bool:
    """Whether it says something that the result is right: not where it is nothing or all 0."""
    value = case.expected.value
    parts = value.values() if isinstance(value, dict) else value
    parts = parts if isinstance(value, dict | list | tuple) else [value]
    return bool(case.expected.error) or any(np.any(np.asarray(part, object)) for part in parts)


def _safe(holds: Condition) -> Condition:
    """A condition that is false where the arguments have not the axes that it looks at."""

    def check(arguments: Arguments) -> bool:
        try:
            return bool(holds(arguments))
        except (LookupError, AttributeError, TypeError, ValueError):
            return False

    return check


def _conditions(exercise: Exercise, cases: list[Arguments], right: int) -> Conditions:
    """Yield conditions in words, the most telling first. Where only one case is right, what its
    numbers are is left to chance, and only sizes and masks are looked at."""
    example = cases[0]
    names = dict(enumerate(exercise.parameters[: len(example)]))
    arrays = {i: name for i, name in names.items() if isinstance(example[i], np.ndarray)}
    axes = axis_names(exercise)
    for i, name in arrays.items():
        yield from _at(i, _single_sizes(name, example[i].ndim, axes.get(name, [])))
    for i, name in arrays.items():
        if all(np.isin(case[i], (0, 1)).all() for case in cases):
            yield from _at(i, _masks(name))
    for i, name in arrays.items():
        least = 0 if right > 1 else SMALL
        yield from _at(i, _equal_sizes(name, example[i].ndim, axes.get(name, []), least))
    for i, name in arrays.items():
        yield from _at(i, _contents(name)) if right > 1 else ()
    for i, name in names.items():
        if isinstance(example[i], bool | int | float | str) and right > 1:
            yield from _at(i, iter([(f"`{name}` is {example[i]!r}", partial(eq, example[i]))]))


def _at(i: int, conditions: Conditions) -> Conditions:
    """Conditions on argument i, from conditions on its value."""
    for words, holds in conditions:
        yield words, partial(_holds_at, i, holds)


def _holds_at(i: int, holds: Condition, arguments: Arguments) -> Any:
    return holds(arguments[i])


def _name(axis: int, ndim: int, named: list[str]) -> str:
    """The name of an axis in the docstring, or its number."""
    from_end = ndim - axis
    if from_end <= len(named):
        return named[-from_end]
    return axis_in_words(-1 if from_end == 1 else axis)


def _single_sizes(name: str, ndim: int, named: list[str]) -> Conditions:
    for axis in range(ndim):
        words = f"{_name(axis, ndim, named)} of `{name}` is 1"
        yield words, partial(lambda axis, value: value.shape[axis] == 1, axis)
    words = f"`{name}` has {ndim} {'axis' if ndim == 1 else 'axes'}"
    yield words, partial(lambda ndim, value: value.ndim == ndim, ndim)


def _equal_sizes(name: str, ndim: int, named: list[str], least: int) -> Conditions:
    """Sizes that are equal and at least so large: small ones often are by chance."""
    for one, other in itertools.combinations(range(ndim), 2):
        words = f"{_name(one, ndim, named)} and {_name(other, ndim, named)} of `{name}` are equal"
        yield words, partial(_are_equal, one, other, least)


def _are_equal(one: int, other: int, least: int, value: np.ndarray) -> bool:
    return value.shape[one] == value.shape[other] >= least


def _masks(name: str) -> Conditions:
    """Conditions on an array of 0 and 1."""
    yield f"all of `{name}` is 1 or True", lambda value: np.all(value == 1)
    yield f"all of `{name}` is 0 or False", lambda value: np.all(value == 0)


def _contents(name: str) -> Conditions:
    """Conditions on the numbers in an array."""
    yield f"all numbers of `{name}` are 1", lambda value: np.all(value == 1)
    yield f"all numbers of `{name}` are 0", lambda value: np.all(value == 0)
    yield f"no number of `{name}` is 0", lambda value: np.all(value != 0)
    yield f"nothing in `{name}` is negative", lambda value: np.all(value >= 0)
    yield f"the numbers of `{name}` are below {HUGE:g}", lambda v: np.all(np.abs(v) < HUGE)
    yield f"`{name}` has an entry", lambda value: value.size > 0
    yield f"no two numbers of `{name}` are equal", lambda v: len(np.unique(v)) == v.size
