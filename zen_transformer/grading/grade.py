"""The grade of an answer: its points, the failed cases, and the known mistake behind them or what
the wrong results have in common."""

from contextlib import suppress
from dataclasses import dataclass, field, replace

import numpy as np

from zen_transformer.grading.calls import Outcome, mismatch
from zen_transformer.grading.evidence import evidence_of
from zen_transformer.grading.exercise import Arguments, Exercise, KnownMistake, Test
from zen_transformer.grading.forbidden import refusal
from zen_transformer.grading.form import form_flaw, same_form
from zen_transformer.grading.limits import Limits
from zen_transformer.grading.probes import Observation, observe
from zen_transformer.grading.reference import (
    Outcomes,
    expected_outcomes,
    mistaken_outcomes,
    outcomes_equal,
    pairs_of_mistakes,
)
from zen_transformer.grading.runner import PACKAGES, CallResults, run
from zen_transformer.grading.values import cut, numbers_in, plain

NOT_BEGUN = "NotImplementedError"
NO_ANSWER = "it gave no result"

FLAWED = 0.5
"""Share of a test's points where all values are right, but not the form of a result, or where an
argument was changed in place."""


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
    values_right: bool = False
    """Whether all values are right: the form is another one, such as a list where an array is
    asked, or an argument was changed in place."""
    changed: tuple[str, ...] = ()
    """The names of the arguments that were changed in place."""

    @property
    def wrong_numbers(self) -> bool:
        """Whether numbers are wrong, in a result of the expected form."""
        if self.got is None or self.got.error or self.expected.error or self.values_right:
            return False
        return same_form(self.expected.value, self.got.value)


@dataclass(frozen=True)
class Grade:
    """The grade of one exercise."""

    exercise: Exercise
    failures: dict[str, list[Failure]] = field(default_factory=dict)
    """The failed cases by the name of their test; a test that passed has none."""
    mistake: KnownMistake | None = None
    """The known mistake that gives all of these outcomes, if there is one."""
    observation: Observation | None = None
    """What the wrong results have in common, where no known mistake gives them."""
    trouble: str = ""
    """Why the code could not be run to the end; empty if it was."""
    begun: bool = True
    ran: bool = True
    """Whether the code was run at all."""
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

    def flawed(self, test: Test) -> bool:
        """Whether a test failed, but all of its values are right."""
        failures = self.failures.get(test.name, [])
        return bool(failures) and all(failure.values_right for failure in failures)

    def earned(self, test: Test) -> float:
        """The points earned for a test: all of them, half where it is flawed, or none."""
        share = 1.0 if self.passed(test) else FLAWED if self.flawed(test) else 0.0
        return whole_if_equal(share * test.points)

    @property
    def points(self) -> float:
        """The points earned, which may end in a half."""
        return whole_if_equal(sum(map(self.earned, self.exercise.tests)))

    @property
    def complete(self) -> bool:
        """Whether all points were earned."""
        return self.points == self.exercise.points

    @property
    def values_right(self) -> bool:
        """Whether every test passes or is flawed."""
        return all(self.passed(test) or self.flawed(test) for test in self.exercise.tests)

    @property
    def smallest_failure(self) -> Failure | None:
        """The failure with the fewest numbers in its arguments, preferably one with a result, and
        one with wrong values."""
        failures = [failure for test in self.failures.values() for failure in test]
        return min(failures, key=_size, default=None)


def whole_if_equal(points: float) -> float:
    """Write 4.0 as 4, so that only halves have a fraction."""
    return int(points) if points == int(points) else points


def _size(failure: Failure) -> tuple[bool, bool, bool, int]:
    numbers = numbers_in(plain(failure.arguments))
    return failure.got is None, failure.values_right, failure.unseen, numbers


def grade_source(
    exercise: Exercise,
    source: str,
    limits: Limits = Limits(),
    seed: int = 0,
    modules: dict[str, str] | None = None,
    references: dict[str, str] | None = None,
) -> Grade:
    """Run a student's source in a process of its own and grade the results.

    Args:
        exercise: the exercise.
        source: the student's source.
        limits: limits of time, memory and output.
        seed: seed of cases that no student has seen, in an order that none knows; 0 for none.
        modules: sources of the student's other exercises that the source may import, by their
            names.
        references: sources of right functions that take the place of others, likewise.
    """
    if source.strip() == exercise.task.strip():
        return not_run(exercise, "", begun=False)
    settings, modules, references = exercise.settings, modules or {}, references or {}
    allowed = tuple(dict.fromkeys([*PACKAGES, *settings.packages]))
    names = [exercise.name, *modules, *references]
    for text in [source, *modules.values()]:
        required = settings.packages if text is source else ()
        if refused := refusal(text, allowed, required, settings.forbidden, names):
            return not_run(exercise, refused)
    parts = [exercise, *exercise.unseen(seed)]
    cases = [case for part in parts for case in part.cases]
    order = np.random.default_rng(seed).permutation(len(cases)) if seed else range(len(cases))
    asked = [cases[i] for i in order]
    results = run(
        exercise.name, source, asked, limits, allowed, modules, references, settings.forbidden
    )
    places = np.argsort(order)
    results = replace(results, outcomes=[results.outcomes[i] for i in places])
    return grade_results(exercise, results, seed=seed)


def not_run(exercise: Exercise, trouble: str, begun: bool = True) -> Grade:
    """The grade of an answer that was not run."""
    failures = {test.name: [Failure(test, (), Outcome(), None, trouble)] for test in exercise.tests}
    return Grade(exercise, failures, trouble=trouble, begun=begun, ran=False)


def grade_results(exercise: Exercise, results: CallResults, seed: int = 0) -> Grade:
    """Grade the results of all calls: those of the exercise, then those of its unseen cases."""
    failures = _failures(exercise, results, seed)
    shown = [outcome for outcome in results.outcomes[: len(exercise.cases)] if outcome]
    finished = len(shown) == len(exercise.cases)
    failed = [failure for test in failures.values() for failure in test]
    mistake = diagnose(exercise, shown) if finished and failed else None
    unexplained = finished and bool(failed) and not mistake
    return Grade(
        exercise=exercise,
        failures=failures,
        mistake=mistake,
        observation=_observation(exercise, shown) if unexplained else None,
        trouble=results.trouble,
        begun={outcome.error for outcome in shown} != {NOT_BEGUN},
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
                failure = _failure(exercise, test, arguments, right, next(outcomes, None))
                if failure and failure.got is None:
                    failure = replace(failure, difference=results.trouble or NO_ANSWER)
                if failure:
                    unseen = part is not exercise
                    failures[test.name].append(replace(failure, unseen=unseen))
    return failures


def _failure(
    exercise: Exercise, test: Test, arguments: Arguments, right: Outcome, got: Outcome | None
) -> Failure | None:
    """Compare an outcome with the expected one: no failure if it is right."""
    if got is None:
        return Failure(test, arguments, right, None, "")
    tolerance = exercise.settings.tolerance
    difference, form = mismatch(right, got, tolerance), form_flaw(right, got, tolerance)
    positions = sorted(set(got.changed) - set(right.changed))
    changed = tuple(name for i, name in enumerate(exercise.parameters) if i in positions)
    words = f"the values are right, but the form is not: {form}" if form else difference
    if changed and not difference:
        words = f"the result is right, but {in_place(changed)}"
    if not words:
        return None
    return Failure(
        test,
        arguments,
        right,
        got,
        cut(words),
        values_right=bool(form) or not difference,
        changed=changed,
    )


def in_place(names: tuple[str, ...]) -> str:
    """Say that arguments were changed in place."""
    verb = "was" if len(names) == 1 else "were"
    return f"{', '.join(names)} {verb} changed in place: work on a copy"


def diagnose(exercise: Exercise, outcomes: list[Outcome]) -> KnownMistake | None:
    """Find the known mistake that gives these outcomes in every case; if there is none, the one
    that gives these values, where arguments were changed in place besides."""
    return _mistake_with(exercise, outcomes) or _mistake_with(
        exercise, [replace(outcome, changed=()) for outcome in outcomes]
    )


def _mistake_with(exercise: Exercise, outcomes: list[Outcome]) -> KnownMistake | None:
    for mistake in exercise.mistakes:
        if _equal(exercise, outcomes, mistaken_outcomes(exercise, mistake)):
            return mistake
    return None


def _equal(exercise: Exercise, outcomes: list[Outcome], others: Outcomes) -> bool:
    flat = [outcome for test in others for outcome in test]
    return outcomes_equal([outcomes], [flat], exercise.settings.tolerance)


def _observation(exercise: Exercise, outcomes: list[Outcome]) -> Observation | None:
    """Say which two known mistakes give these values together, or what the values show."""
    unchanged = [replace(outcome, changed=()) for outcome in outcomes]
    for one, other, both in pairs_of_mistakes(exercise):
        if _equal(exercise, unchanged, both):
            message = (
                f"Every result is that of two known mistakes together, {one.name} and "
                f"{other.name}. {one.message} {other.message}"
            )
            return Observation(f"{one.name} + {other.name}", message)
    expected = [outcome for test in expected_outcomes(exercise) for outcome in test]
    with suppress(ArithmeticError, LookupError, TypeError, ValueError):
        return observe(evidence_of(exercise, expected, outcomes))
    return None  # what is said must not cost the points of what is right


def prepare(exercises: list[Exercise], seed: int = 0) -> None:
    """Compute and cache the outcomes to compare with, before submissions are graded in parallel."""
    for exercise in exercises:
        for part in [exercise, *exercise.unseen(seed)]:
            expected_outcomes(part)
        pairs_of_mistakes(exercise)
        for mistake in exercise.mistakes:
            mistaken_outcomes(exercise, mistake)
