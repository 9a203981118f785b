"""Answers that students might write, on disk: a wrong one never gets full points and is never named
as a mistake that it is not, and a right one gets all points, however unusual it is.

`wrong_answers/LESSON/EXERCISE/NAME.py` begins with a docstring that says what is wrong. It may have
a line `Named: MISTAKE`, the known mistake that it must be named as. `right_answers` has the same
form. A function that a lesson itself prints must not be an answer to an exercise.
"""

import ast
import functools
import json
from pathlib import Path

import pytest

from zen_transformer.grading.course import exercises_in
from zen_transformer.grading.exercise import Exercise
from zen_transformer.grading.grade import Grade, grade_results
from zen_transformer.grading.reference import outcomes_of
from zen_transformer.grading.runner import CallResults

TESTS = Path(__file__).parent
COURSE = TESTS.parents[1] / "lessons"
WRONG = sorted(TESTS.glob("wrong_answers/*/*/*.py"))
RIGHT = sorted(TESTS.glob("right_answers/*/*/*.py"))
OTHER_SEEDS = (1, 2)


def by_exercise(paths: list[Path]):
    """One test for each exercise, with all of its answers."""
    folders = sorted({path.parent for path in paths})
    return pytest.mark.parametrize(
        "folder", folders, ids=lambda folder: f"{folder.parent.name[:2]}-{folder.name}"
    )


@functools.cache
def exercise(folder: Path, seed: int = 0) -> Exercise:
    return Exercise(COURSE / folder.parent.name / "exercises" / folder.name, seed)


def graded(exercise: Exercise, source: str) -> Grade:
    outcomes = [outcome for test in outcomes_of(exercise, source) for outcome in test]
    return grade_results(exercise, CallResults(outcomes))


def named_in(path: Path) -> str:
    """The known mistake that a wrong answer is expected to be named as; empty if none."""
    doc = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    lines = [line.removeprefix("Named: ") for line in doc.splitlines() if "Named: " in line]
    return lines[0].strip() if lines else ""


@pytest.mark.filterwarnings("ignore")
@by_exercise(WRONG)
def test_wrong_answers_fail_and_are_not_misnamed(folder):
    for path in sorted(folder.glob("*.py")):
        grade = graded(exercise(folder), path.read_text("utf-8"))
        assert any(grade.failures.values()), f"{path.stem} has full points"
        named = grade.mistake.name if grade.mistake else ""
        assert named == named_in(path), path.stem


@pytest.mark.filterwarnings("ignore")
@by_exercise(RIGHT)
@pytest.mark.parametrize("seed", (0, *OTHER_SEEDS))
def test_right_answers_pass(folder, seed):
    for path in sorted(folder.glob("*.py")):
        grade = graded(exercise(folder, seed), path.read_text("utf-8"))
        assert grade.complete, (path.stem, grade.smallest_failure)


def functions_printed(lesson: Path) -> tuple[str, dict[str, range]]:
    """The functions that a lesson defines, with what they import; and how many arguments each of
    them takes."""
    kept: list[ast.stmt] = []
    takes: dict[str, range] = {}
    for node in ast.parse((lesson / "lesson.py").read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            arguments, defaults = len(node.args.args), len(node.args.defaults)
            takes[node.name] = range(arguments - defaults, arguments + 1)
            node.decorator_list = []
            node.args.defaults = [ast.Constant(None)] * len(node.args.defaults)
            node.args.kw_defaults = [d and ast.Constant(None) for d in node.args.kw_defaults]
            kept.append(node)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            module = (getattr(node, "module", None) or node.names[0].name).split(".")[0]
            if module in ("math", "numpy", "jax", "unicodedata", "collections", "itertools"):
                kept.append(node)
    return "\n".join(map(ast.unparse, kept)), takes


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("lesson", sorted({each.lesson for each in exercises_in(COURSE)}))
def test_no_function_of_a_lesson_is_an_answer(lesson):
    source, takes = functions_printed(COURSE / lesson)
    for each in exercises_in(COURSE, lesson):
        for name in (name for name in takes if len(each.parameters) in takes[name]):
            alias = (
                f"\n\ndef {each.name}(*arguments):\n    return globals()[{name!r}](*arguments)\n"
            )
            if name == each.name:
                alias = ""
            grade = graded(each, source + alias)
            assert any(grade.failures.values()), f"{name} of the lesson answers {each.name}"


def test_most_wrong_answers_are_named():
    named = sum(bool(named_in(path)) for path in WRONG)
    assert named >= 0.55 * len(WRONG)


@pytest.mark.parametrize("path", sorted(TESTS.glob("wrong_answers/final_count_*.json")))
def test_the_count_is_what_it_says(path):
    """The final count of some lessons, 01 to 07 in `final_count_01_07.json`."""
    count = json.loads(path.read_text("utf-8"))
    first, last = path.stem.split("_")[-2:]
    wrong = [p for p in WRONG if first <= p.parents[1].name[:2] <= last]
    right = [p for p in RIGHT if first <= p.parents[1].name[:2] <= last]
    assert count["wrong"] == count["failed"] == len(wrong)
    assert count["named"] == sum(bool(named_in(p)) for p in wrong)
    assert count["right"] == count["right_passed"] == len(right)
