"""Wrong answers that were written without sight of the known mistakes and committed before any of
them was graded: how often the grader is fooled, and what it says of what it has not seen.

`unseen_answers/LESSON/EXERCISE/NAME.py` begins with a docstring that says what is wrong.
`count.json` has the numbers of the first count, and of the one after what it showed was mended.
"""

import json
from pathlib import Path

import pytest

from zen_transformer.grading.exercise import Exercise
from zen_transformer.grading.grade import Grade, grade_results
from zen_transformer.grading.reference import outcomes_of
from zen_transformer.grading.runner import CallResults

TESTS = Path(__file__).parent
COURSE = TESTS.parents[1] / "lessons"
UNSEEN = TESTS / "unseen_answers"
FOLDERS = sorted({path.parent for path in UNSEEN.glob("*/*/*.py")})
COUNT = json.loads((UNSEEN / "count.json").read_text("utf-8"))
KINDS = ("named", "characterised", "exception_or_form", "open")


def graded(exercise: Exercise, source: str) -> Grade:
    outcomes = [outcome for test in outcomes_of(exercise, source) for outcome in test]
    return grade_results(exercise, CallResults(outcomes))


def kind_of(grade: Grade) -> str:
    """What the grader has to say of a wrong answer."""
    if grade.mistake:
        return "named"
    if grade.observation:
        return "characterised"
    failure = grade.smallest_failure
    return "open" if failure and failure.wrong_numbers else "exception_or_form"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda f: f"{f.parent.name[:2]}-{f.name}")
def test_unseen_wrong_answers_fail_and_what_is_said_is_what_was_read(folder):
    exercise = Exercise(COURSE / folder.parent.name / "exercises" / folder.name)
    for path in sorted(folder.glob("*.py")):
        grade = graded(exercise, path.read_text("utf-8"))
        assert grade.points < exercise.points, f"{path.stem} has full points"
        name = f"{folder.parent.name[:2]}/{folder.name}/{path.stem}"
        assert name in COUNT["after"]["names"][kind_of(grade)], (name, kind_of(grade))


@pytest.mark.parametrize("when", ("first", "after"))
def test_the_count_is_what_it_says(when):
    count = COUNT[when]
    names = [name for kind in KINDS for name in count["names"][kind]]
    assert count["wrong"] == len(list(UNSEEN.glob("*/*/*.py")))
    assert count["failed"] == len(names) == len(set(names))
    assert count["passed"] == count["wrong"] - count["failed"] == len(count["names"]["passed"])
    for kind in KINDS:
        assert count[kind] == len(count["names"][kind])
