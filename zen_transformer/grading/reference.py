"""The outcomes of the right answer, of each known mistake and of two at once, on every case of an
exercise."""

import itertools
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache

from zen_transformer.grading.calls import Outcome, call, mismatch
from zen_transformer.grading.exercise import Exercise, KnownMistake, load_module
from zen_transformer.grading.limits import uses_jax

Outcomes = list[list[Outcome]]
"""The outcomes of every case of every test."""


def outcomes_of(exercise: Exercise, source: str) -> Outcomes:
    """Run a trusted source in this process on every case."""
    file = f"{exercise.name}.py"
    with _precise(source):
        function = getattr(load_module(source, file), exercise.name)
        return [[call(function, case, file) for case in test.cases] for test in exercise.tests]


@contextmanager
def _precise(source: str) -> Iterator[None]:
    """Let JAX, where it is used, compute in float64, and silence warnings of overflow."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if "jax" not in source:
            yield
            return
        import jax

        with jax.enable_x64(True):
            yield


@cache
def expected_outcomes(exercise: Exercise) -> Outcomes:
    """The outcomes of the right answer."""
    if exercise.is_released:
        return [test.expected or [] for test in exercise.tests]
    return outcomes_of(exercise, exercise.answer)


@cache
def mistaken_outcomes(exercise: Exercise, mistake: KnownMistake) -> Outcomes:
    """The outcomes of a known mistake."""
    return outcomes_of(exercise, mistake.patched(exercise.answer))


MOST_PAIRS = 60
PAIR_SECONDS = 1.0
"""Limits of the pairs of mistakes that are tried for one exercise."""

Pair = tuple[KnownMistake, KnownMistake, Outcomes]


@cache
def pairs_of_mistakes(exercise: Exercise) -> list[Pair]:
    """The outcomes of two known mistakes at once, where they change different parts of the answer
    and do not only raise exceptions. With JAX, which compiles each of them, there are none."""
    if exercise.is_released or uses_jax(exercise.answer):
        return []
    pairs: list[Pair] = []
    deadline = time.monotonic() + PAIR_SECONDS
    for one, other, source in itertools.islice(_patched_twice(exercise), MOST_PAIRS):
        if time.monotonic() > deadline:
            break
        outcomes = outcomes_of(exercise, source)
        if not all(outcome.error for test in outcomes for outcome in test):
            pairs.append((one, other, outcomes))
    return pairs


def _patched_twice(exercise: Exercise) -> Iterator[tuple[KnownMistake, KnownMistake, str]]:
    for one, other in itertools.combinations(exercise.mistakes, 2):
        source = one.patched(exercise.answer)
        if source.count(other.change) == 1:
            both = other.patched(source)
            with suppress(SyntaxError):
                compile(both, exercise.name, "exec")
                yield one, other, both


SHAPE_ERRORS = {"ValueError", "TypeError"}
"""Exceptions where shapes do not fit: NumPy and JAX do not raise the same one."""


def outcomes_equal(one: Outcomes, other: Outcomes, tolerance: float) -> bool:
    """Whether all outcomes are equal within a tolerance, arguments changed in place included."""
    return all(
        _equal(a, b, tolerance)
        for first, second in zip(one, other, strict=True)
        for a, b in zip(first, second, strict=True)
    )


def _equal(one: Outcome, other: Outcome, tolerance: float) -> bool:
    if one.changed != other.changed:
        return False
    return {one.error, other.error} <= SHAPE_ERRORS or not mismatch(one, other, tolerance)
