"""What an answer is worth, and what is known about why it is not worth more."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from zen_transformer.grading.calls import Outcome, mismatch
from zen_transformer.grading.exercise import Arguments, Exercise, Mistake, Test
from zen_transformer.grading.limits import Limits, uses_jax
from zen_transformer.grading.reference import expected, mistaken, same
from zen_transformer.grading.runner import PACKAGES, Run, run
from zen_transformer.grading.values import numbers_in, plain

NOT_BEGUN = "NotImplementedError"


@dataclass(frozen=True)
class Failure:
    """A case that went wrong."""

    test: Test
    arguments: Arguments
    expected: Outcome
    got: Outcome | None
    """None where the code ended before it gave anything."""
    what: str
    """The first difference, in words."""


@dataclass(frozen=True)
class Grade:
    """Of one exercise."""

    exercise: Exercise
    failures: dict[str, list[Failure]] = field(default_factory=dict)
    """By the name of the test; a test that was passed has none."""
    mistake: Mistake | None = None
    """Which of the known ones it is, if all of its results are."""
    trouble: str = ""
    """Why the code could not be run, or not to the end."""
    begun: bool = True
    printed: str = ""
    seconds: float = 0.0

    def passed(self, test: Test) -> bool:
        """Whether all cases of a test were right."""
        return not self.failures.get(test.name)

    @property
    def points(self) -> int:
        """What was earned."""
        return sum(test.points for test in self.exercise.tests if self.passed(test))

    @property
    def complete(self) -> bool:
        """Whether there is nothing left to do."""
        return self.points == self.exercise.points

    @property
    def smallest(self) -> Failure | None:
        """The failure with the fewest numbers in its arguments; one with a result, if there is."""
        failures = [failure for found in self.failures.values() for failure in found]
        return min(failures, key=_size, default=None)


def _size(failure: Failure) -> tuple[bool, int]:
    return failure.got is None, numbers_in(plain(failure.arguments))


def grade_source(exercise: Exercise, source: str, limits: Limits = Limits()) -> Grade:
    """Run a student's source in a process of its own and grade what it gives."""
    packages = exercise.settings.packages
    if "jax" in packages and not uses_jax(source):
        return not_run(exercise, "this exercise is about JAX: import jax.numpy as jnp and use it")
    allowed = tuple(dict.fromkeys([*PACKAGES, *packages]))
    return grade_run(exercise, run(exercise.name, source, exercise.cases, limits, allowed))


def not_run(exercise: Exercise, trouble: str, begun: bool = True) -> Grade:
    """The grade where there is nothing to run."""
    return grade_run(exercise, Run(ended=trouble), begun)


def grade_run(exercise: Exercise, found: Run, begun: bool = True) -> Grade:
    """Grade what came of the calls."""
    failures = dict(_failures(exercise, found))
    errors = {outcome.error for outcome in found.outcomes}
    whole = len(found.outcomes) == len(exercise.cases)
    return Grade(
        exercise=exercise,
        failures=failures,
        mistake=diagnose(exercise, found.outcomes) if any(failures.values()) and whole else None,
        trouble=found.ended,
        begun=begun and errors != {NOT_BEGUN},
        printed=found.printed,
        seconds=found.seconds,
    )


def _failures(exercise: Exercise, found: Run) -> Iterator[tuple[str, list[Failure]]]:
    """Of each test the cases that are wrong."""
    outcomes = iter(found.outcomes)
    for test, wanted in zip(exercise.tests, expected(exercise), strict=True):
        failures = []
        for arguments, right in zip(test.cases, wanted, strict=True):
            got = next(outcomes, None)
            what = _what(exercise, right, got) if got else found.ended
            if what:
                failures.append(Failure(test, arguments, right, got, what))
        yield test.name, failures


def _what(exercise: Exercise, right: Outcome, got: Outcome) -> str:
    what = mismatch(right, got, exercise.settings.tolerance)
    if not what and got.changed != right.changed:
        names = ", ".join(exercise.parameters[i] for i in got.changed)
        return f"the result is right, but {names} was changed in place: work on a copy"
    return what


def diagnose(exercise: Exercise, outcomes: list[Outcome]) -> Mistake | None:
    """The known mistake that gives just these outcomes, in every single case."""
    tolerance = exercise.settings.tolerance
    for mistake in exercise.mistakes:
        if same([outcomes], [_flat(mistaken(exercise, mistake))], tolerance):
            return mistake
    return None


def _flat(outcomes: list[list[Outcome]]) -> list[Outcome]:
    return [outcome for found in outcomes for outcome in found]


def prepare(exercises: list[Exercise]) -> None:
    """Compute everything that is compared with, once, before many are graded side by side."""
    for exercise in exercises:
        expected(exercise)
        for mistake in exercise.mistakes:
            mistaken(exercise, mistake)
