"""The results.json that Gradescope reads.

https://gradescope-autograders.readthedocs.io/en/latest/specs/
"""

from typing import Any

from zen_transformer.grading.display import state, summary
from zen_transformer.grading.exercise import Test
from zen_transformer.grading.grade import Grade
from zen_transformer.grading.submission import Submission
from zen_transformer.grading.terminal import details


def results(submission: Submission, hint: int = 0) -> dict[str, Any]:
    """The content of results.json: an entry for every test of every exercise."""
    return {
        "score": submission.points,
        "execution_time": round(submission.seconds, 1),
        "output": summary(submission.grades),
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "extra_data": {"max_score": submission.worth},
        "tests": [
            _entry(grade, test, f"{number}.{part}", hint)
            for number, grade in enumerate(submission.grades, 1)
            for part, test in enumerate(grade.exercise.tests, 1)
        ],
    }


def _entry(grade: Grade, test: Test, number: str, hint: int) -> dict[str, Any]:
    passed = grade.passed(test)
    return {
        "score": grade.earned(test),
        "max_score": test.points,
        "status": "passed" if passed else "failed",
        "name": f"{grade.exercise.name}: {test.title}",
        "number": number,
        "output": "" if passed else _output(grade, test, hint),
        "visibility": "visible",
    }


def _output(grade: Grade, test: Test, hint: int) -> str:
    """The full explanation at the first test that failed; at the others only their difference, and
    whether they earn half of their points."""
    if not grade.begun:
        return grade.trouble or state(grade)
    first = next(entry for entry in grade.exercise.tests if not grade.passed(entry))
    if test is first:
        return details(grade, hint)
    difference = grade.failures[test.name][0].difference
    return f"half of the points: {difference}" if grade.flawed(test) else difference
