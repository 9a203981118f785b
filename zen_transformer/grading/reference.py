"""What the right answer gives, and what each known mistake gives, on every case of an exercise."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from zen_transformer.grading.calls import Outcome, call, mismatch
from zen_transformer.grading.exercise import Exercise, Mistake, module_from

Outcomes = list[list[Outcome]]
"""Of every test's every case."""


def outcomes_of(exercise: Exercise, source: str) -> Outcomes:
    """Run a source that is trusted, here and now."""
    file = f"{exercise.name}.py"
    with _precise(source):
        function = getattr(module_from(source, file), exercise.name)
        return [[call(function, case, file) for case in test.cases] for test in exercise.tests]


@contextmanager
def _precise(source: str) -> Iterator[None]:
    """JAX, where it is used, computes in float64; overflows are among the cases, and not said."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if "jax" not in source:
            yield
            return
        import jax

        with jax.enable_x64(True):
            yield


@cache
def expected(exercise: Exercise) -> Outcomes:
    """What the right answer gives."""
    if exercise.frozen is not None:
        return [
            [Outcome(case["expected"], error=case["error"]) for case in test["cases"]]
            for test in exercise.frozen["tests"]
        ]
    return outcomes_of(exercise, exercise.answer)


@cache
def mistaken(exercise: Exercise, mistake: Mistake) -> Outcomes:
    """What a known mistake gives."""
    return outcomes_of(exercise, mistake.patched(exercise.answer))


SHAPES = {"ValueError", "TypeError"}
"""What is raised where shapes do not fit: NumPy and JAX do not say it in the same way."""


def same(one: Outcomes, other: Outcomes, tolerance: float) -> bool:
    """Whether all outcomes are equal, and the same arguments were changed in place."""
    return all(
        _alike(a, b, tolerance)
        for first, second in zip(one, other, strict=True)
        for a, b in zip(first, second, strict=True)
    )


def _alike(one: Outcome, other: Outcome, tolerance: float) -> bool:
    if one.changed != other.changed:
        return False
    return {one.error, other.error} <= SHAPES or not mismatch(one, other, tolerance)
