"""Checks the exercises of a lesson, for those who write them.

    python -m zen_transformer.grading.check lessons/03_attention [EXERCISE]

The code runs in this process and without limits: only for exercises that are trusted.
"""

import inspect
import itertools
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from zen_transformer.errors import UserError
from zen_transformer.grading.exercise import EXERCISES, HEADING, Exercise, load_module
from zen_transformer.grading.reference import (
    Outcomes,
    expected_outcomes,
    mistaken_outcomes,
    outcomes_equal,
    outcomes_of,
)
from zen_transformer.grading.values import UnsupportedValue
from zen_transformer.printing import print


def problems(exercise: Exercise) -> Iterator[str]:
    """Say what is wrong with an exercise: its tests, answer, task, mistakes and sections."""
    yield from _tests(exercise)
    yield from _answer(exercise)
    yield from _task(exercise)
    yield from _mistakes(exercise)
    yield from _sections(exercise)


def _tests(exercise: Exercise) -> Iterator[str]:
    if not exercise.tests:
        yield "tests.py: no function with @points"
    for test in exercise.tests:
        if not test.cases:
            yield f"tests.py: {test.name} yields nothing"
    if not any(part.tests for part in exercise.unseen(1)):
        yield "tests.py: no test takes rng, so stored results would earn all points"
    if not exercise.settings.hints:
        yield "exercise.toml: no hints"


def _answer(exercise: Exercise) -> Iterator[str]:
    for test, outcomes in zip(exercise.tests, expected_outcomes(exercise), strict=True):
        for number, outcome in enumerate(outcomes):
            where = f"answer.py: {test.name}, case {number}"
            if outcome.changed:
                yield f"{where}: changes its arguments in place"
            if isinstance(outcome.value, UnsupportedValue):
                yield f"{where}: returns {outcome.value!r}, which cannot be exchanged"
            if outcome.error and outcome.error != "ValueError":
                yield f"{where}: {outcome.error}: {outcome.message}"


def _task(exercise: Exercise) -> Iterator[str]:
    task, answer = (
        getattr(load_module(source, file), exercise.name, None)
        for source, file in ((exercise.task, "task.py"), (exercise.answer, "answer.py"))
    )
    if task is None or answer is None:
        yield f"task.py or answer.py has no function {exercise.name}"
    elif inspect.signature(task) != inspect.signature(answer):
        yield "task.py and answer.py differ in the signature"
    raised = {o.error for outcomes in outcomes_of(exercise, exercise.task) for o in outcomes}
    if raised != {"NotImplementedError"}:
        yield f"task.py does not raise NotImplementedError, but {raised}"


def _mistakes(exercise: Exercise) -> Iterator[str]:
    tolerance = exercise.settings.tolerance
    by_name: dict[str, Outcomes] = {"the right answer": expected_outcomes(exercise)}
    for mistake in exercise.mistakes:
        try:
            by_name[mistake.name] = mistaken_outcomes(exercise, mistake)
        except (UserError, Exception) as error:
            yield f"mistake {mistake.name}: {error}"
            continue
        errors = [o.error for outcomes in by_name[mistake.name] for o in outcomes]
        if all(errors):
            yield f"mistake {mistake.name}: raises {errors[0]} in every case"
    for (one, first), (other, second) in itertools.combinations(by_name.items(), 2):
        if outcomes_equal(first, second, tolerance):
            yield f"{one} and {other} give the same on every case"


def _sections(exercise: Exercise) -> Iterator[str]:
    lesson = exercise.folder.parents[1] / "lesson.py"
    if not lesson.is_file():
        return
    headings = set(HEADING.findall(lesson.read_text("utf-8")))
    settings = exercise.settings
    for section in {settings.section, *(m.section for m in exercise.mistakes)} - {""}:
        if section not in headings:
            yield f"exercise.toml: section {section!r} is no heading of lesson.py"


def main(arguments: list[str]) -> int:
    """Print the size of each exercise and its problems; the exit code is 1 if there are any."""
    if not 1 <= len(arguments) <= 2:
        print(__doc__, file=sys.stderr)
        return 2
    folder = Path(arguments[0]) / EXERCISES
    names = arguments[1:] or sorted(path.parent.name for path in folder.glob("*/exercise.toml"))
    count = 0
    for name in names:
        exercise = Exercise(folder / name)
        started = time.perf_counter()
        problems_found = list(problems(exercise))
        cases = sum(len(test.cases) for test in exercise.tests)
        print(
            f"{name}: {exercise.points} points, {len(exercise.tests)} tests, {cases} cases, "
            f"{len(exercise.mistakes)} mistakes, {time.perf_counter() - started:.1f} s"
        )
        for problem in problems_found:
            print(f"  {problem}")
        count += len(problems_found)
    return 1 if count or not names else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
