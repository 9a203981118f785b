"""The grade of an answer: its points, the failed cases and the known mistake behind them."""

from dataclasses import dataclass, field, replace

import numpy as np

from zen_transformer.grading.calls import Outcome, mismatch
from zen_transformer.grading.exercise import Arguments, Exercise, KnownMistake, Test
from zen_transformer.grading.limits import Limits, uses_jax
from zen_transformer.grading.reference import expected_outcomes, mistaken_outcomes, outcomes_equal
from zen_transformer.grading.runner import PACKAGES, CallResults, run
from zen_transformer.grading.values import numbers_in, plain

NOT_BEGUN = "NotImplementedError"
NO_ANSWER = "it gave no result"


@dataclass(frozen=True)
class Failure:
    """A case whose outcome is not the expected one."""

    test: Test
    arguments: Arguments
    expected: Outcome
    got: Outcome | None
    """None where the code ended before the call returned."""
    difference: str
    """The first difference, in words."""
    unseen: bool = False
    """Whether the case is none of those that a student sees while working."""


@dataclass(frozen=True)
class Grade:
    """The grade of one exercise."""

    exercise: Exercise
    failures: dict[str, list[Failure]] = field(default_factory=dict)
    """The failed cases by the name of their test; a test that passed has none."""
    mistake: KnownMistake | None = None
    """The known mistake that gives all of these outcomes, if there is one."""
    trouble: str = ""
    """Why the code could not be run to the end; empty if it was."""
    begun: bool = True
    printed: str = ""
    seconds: float = 0.0
    fences: tuple[str, ...] = ()
    """The fences of the system that were around the code."""
    only_unseen: bool = False
    """Whether only cases that no student sees while working are wrong."""
    notes: list[str] = field(default_factory=list)
    """What else is to be known of this grade, in sentences without a full stop."""

    def passed(self, test: Test) -> bool:
        """Whether all cases of a test are right."""
        return not self.failures.get(test.name)

    @property
    def points(self) -> int:
        """The points earned."""
        return sum(test.points for test in self.exercise.tests if self.passed(test))

    @property
    def complete(self) -> bool:
        """Whether all points were earned."""
        return self.points == self.exercise.points

    @property
    def smallest_failure(self) -> Failure | None:
        """The failure with the fewest numbers in its arguments, preferably one with a result."""
        failures = [failure for test in self.failures.values() for failure in test]
        return min(failures, key=_size, default=None)


def _size(failure: Failure) -> tuple[bool, bool, int]:
    return failure.got is None, failure.unseen, numbers_in(plain(failure.arguments))


def grade_source(
    exercise: Exercise,
    source: str,
    limits: Limits = Limits(),
    seed: int = 0,
    modules: dict[str, str] | None = None,
) -> Grade:
    """Run a student's source in a process of its own and grade the results.

    Args:
        exercise: the exercise.
        source: the student's source.
        limits: limits of time, memory and output.
        seed: seed of cases that no student has seen, in an order that none knows; 0 for none.
        modules: sources of other exercises that the source may import, by their names.
    """
    packages = exercise.settings.packages
    if "jax" in packages and not uses_jax(source):
        return not_run(exercise, "this exercise is about JAX: import jax.numpy as jnp and use it")
    allowed = tuple(dict.fromkeys([*PACKAGES, *packages]))
    parts = [exercise, *exercise.unseen(seed)]
    cases = [case for part in parts for case in part.cases]
    order = np.random.default_rng(seed).permutation(len(cases)) if seed else range(len(cases))
    results = run(exercise.name, source, [cases[i] for i in order], limits, allowed, modules)
    places = np.argsort(order)
    results = replace(results, outcomes=[results.outcomes[i] for i in places])
    return grade_results(exercise, results, seed=seed)


def not_run(exercise: Exercise, trouble: str, begun: bool = True) -> Grade:
    """The grade of an answer that was not run."""
    return grade_results(exercise, CallResults(trouble=trouble), begun)


def grade_results(
    exercise: Exercise, results: CallResults, begun: bool = True, seed: int = 0
) -> Grade:
    """Grade the results of all calls: those of the exercise, then those of its unseen cases."""
    failures = _failures(exercise, results, seed)
    shown = [outcome for outcome in results.outcomes[: len(exercise.cases)] if outcome]
    finished = len(shown) == len(exercise.cases)
    failed = [failure for test in failures.values() for failure in test]
    return Grade(
        exercise=exercise,
        failures=failures,
        mistake=diagnose(exercise, shown) if finished and failed else None,
        trouble=results.trouble,
        begun=begun and {outcome.error for outcome in shown} != {NOT_BEGUN},
        printed=results.printed,
        seconds=results.seconds,
        fences=results.fences,
        only_unseen=finished and bool(failed) and all(failure.unseen for failure in failed),
    )


def _failures(exercise: Exercise, results: CallResults, seed: int) -> dict[str, list[Failure]]:
    """The failed cases of each test."""
    outcomes = iter(results.outcomes)
    failures: dict[str, list[Failure]] = {test.name: [] for test in exercise.tests}
    for part in [exercise, *exercise.unseen(seed)]:
        for test, expected in zip(part.tests, expected_outcomes(part), strict=True):
            for arguments, right in zip(test.cases, expected, strict=True):
                got, unseen = next(outcomes, None), part is not exercise
                gap = _difference(exercise, right, got) if got else results.trouble or NO_ANSWER
                if gap:
                    failures[test.name].append(Failure(test, arguments, right, got, gap, unseen))
    return failures


def _difference(exercise: Exercise, right: Outcome, got: Outcome) -> str:
    difference = mismatch(right, got, exercise.settings.tolerance)
    if not difference and got.changed != right.changed:
        names = ", ".join(exercise.parameters[i] for i in got.changed)
        return f"the result is right, but {names} was changed in place: work on a copy"
    return difference


def diagnose(exercise: Exercise, outcomes: list[Outcome]) -> KnownMistake | None:
    """Find the known mistake that gives these outcomes in every case."""
    tolerance = exercise.settings.tolerance
    for mistake in exercise.mistakes:
        mistaken = [outcome for test in mistaken_outcomes(exercise, mistake) for outcome in test]
        if outcomes_equal([outcomes], [mistaken], tolerance):
            return mistake
    return None


def prepare(exercises: list[Exercise], seed: int = 0) -> None:
    """Compute and cache the outcomes to compare with, before submissions are graded in parallel."""
    for exercise in exercises:
        for part in [exercise, *exercise.unseen(seed)]:
            expected_outcomes(part)
        for mistake in exercise.mistakes:
            mistaken_outcomes(exercise, mistake)
