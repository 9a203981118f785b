"""The grade of an answer: its points, the failed cases and the known mistake behind them."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from zen_transformer.grading.calls import Outcome, mismatch
from zen_transformer.grading.exercise import Arguments, Exercise, KnownMistake, Test
from zen_transformer.grading.limits import Limits, uses_jax
from zen_transformer.grading.reference import expected_outcomes, mistaken_outcomes, outcomes_equal
from zen_transformer.grading.runner import PACKAGES, CallResults, run
from zen_transformer.grading.values import numbers_in, plain

NOT_BEGUN = "NotImplementedError"


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


def _size(failure: Failure) -> tuple[bool, int]:
    return failure.got is None, numbers_in(plain(failure.arguments))


def grade_source(exercise: Exercise, source: str, limits: Limits = Limits()) -> Grade:
    """Run a student's source in a process of its own and grade the results."""
    packages = exercise.settings.packages
    if "jax" in packages and not uses_jax(source):
        return not_run(exercise, "this exercise is about JAX: import jax.numpy as jnp and use it")
    allowed = tuple(dict.fromkeys([*PACKAGES, *packages]))
    return grade_results(exercise, run(exercise.name, source, exercise.cases, limits, allowed))


def not_run(exercise: Exercise, trouble: str, begun: bool = True) -> Grade:
    """The grade of an answer that was not run."""
    return grade_results(exercise, CallResults(trouble=trouble), begun)


def grade_results(exercise: Exercise, results: CallResults, begun: bool = True) -> Grade:
    """Grade the results of all calls."""
    failures = dict(_failures(exercise, results))
    errors = {outcome.error for outcome in results.outcomes}
    finished = len(results.outcomes) == len(exercise.cases)
    failed = finished and any(failures.values())
    return Grade(
        exercise=exercise,
        failures=failures,
        mistake=diagnose(exercise, results.outcomes) if failed else None,
        trouble=results.trouble,
        begun=begun and errors != {NOT_BEGUN},
        printed=results.printed,
        seconds=results.seconds,
    )


def _failures(exercise: Exercise, results: CallResults) -> Iterator[tuple[str, list[Failure]]]:
    """Yield the name of each test with its failures."""
    outcomes = iter(results.outcomes)
    for test, expected in zip(exercise.tests, expected_outcomes(exercise), strict=True):
        failures = []
        for arguments, right in zip(test.cases, expected, strict=True):
            got = next(outcomes, None)
            difference = _difference(exercise, right, got) if got else results.trouble
            if difference:
                failures.append(Failure(test, arguments, right, got, difference))
        yield test.name, failures


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


def prepare(exercises: list[Exercise]) -> None:
    """Compute and cache the outcomes to compare with, before submissions are graded in parallel."""
    for exercise in exercises:
        expected_outcomes(exercise)
        for mistake in exercise.mistakes:
            mistaken_outcomes(exercise, mistake)
