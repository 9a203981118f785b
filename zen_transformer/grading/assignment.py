"""Writes what is handed out: files for a student to fill in, or exercises without answers."""

import json
import re
import shutil
from itertools import groupby
from pathlib import Path

from zen_transformer.errors import UserError
from zen_transformer.files import atomic_folder, make_folder, write_text
from zen_transformer.grading import values
from zen_transformer.grading.exercise import EXERCISES, FROZEN, Exercise
from zen_transformer.grading.reference import expected_outcomes
from zen_transformer.grading.runner import PACKAGES
from zen_transformer.grading.templating import write_rendered

REPOSITORY = "zen-transformer/zen_transformer"
COPIED = ("forbidden.py", "values.py")
"""The files of this folder that a student's tests need."""

MISTAKES = re.compile(r"^\[\[mistake\]\].*", re.MULTILINE | re.DOTALL)
HINTS = re.compile(r"^hints = \[.*?\]$\n", re.MULTILINE | re.DOTALL)


def write_assignment(exercises: list[Exercise], folder: Path, course: list[Exercise]) -> list[str]:
    """Write a lesson's exercises for a student. Files that the student has begun are kept.

    Args:
        exercises: exercises of the lesson.
        folder: folder to write to, which may hold exercises of other lessons.
        course: all exercises, for the README, which lists those that are in the folder.

    Returns:
        The names of the exercises whose files existed already.
    """
    with atomic_folder(folder / FROZEN) as frozen:
        for name in COPIED:
            shutil.copy(Path(__file__).with_name(name), frozen)
        for exercise in exercises:
            freeze(exercise, frozen / exercise.name)
    kept = [exercise.name for exercise in exercises if (folder / f"{exercise.name}.py").exists()]
    for exercise in exercises:
        name, settings = exercise.name, exercise.settings
        if name not in kept:
            write_text(folder / f"{name}.py", exercise.task)
        test = folder / f"test_{name}.py"
        packages = [*PACKAGES, *settings.packages]
        write_rendered(
            test, "test_exercise.py.jinja", name=name, settings=settings, packages=packages
        )
    written = [exercise for exercise in course if (folder / f"{exercise.name}.py").exists()]
    lessons = {lesson: list(group) for lesson, group in groupby(written, lambda e: e.lesson)}
    write_rendered(folder / "README.md", "readme.md.jinja", lessons=lessons)
    return kept


def write_workflow(exercises: list[Exercise], folder: Path) -> Path:
    """Write the workflow with which GitHub grades a student's repository on every push."""
    lesson = exercises[0].lesson
    path = folder / ".github" / "workflows" / f"grade-{lesson}.yml"
    make_folder(path.parent)
    write_rendered(path, "workflow.yml.jinja", lesson=lesson, repository=REPOSITORY)
    return path


def write_release(exercises: list[Exercise], folder: Path, hints: int | None = None) -> Path:
    """Write a lesson's exercises without answers and known mistakes, as a course to hand out.

    Args:
        exercises: exercises of the lesson.
        folder: folder of the course.
        hints: most hints of an exercise to hand out; if not given, all.

    Returns:
        The folder of the lesson.

    Raises:
        UserError: the folder exists already.
    """
    lesson = folder / exercises[0].lesson
    if lesson.exists():
        raise UserError(f"{lesson} is there already: remove it, or name another folder")
    for exercise in exercises:
        place = lesson / EXERCISES / exercise.name
        make_folder(place)
        settings = (exercise.folder / "exercise.toml").read_text("utf-8")
        settings = _first_hints(MISTAKES.sub("", settings), exercise.settings.hints[:hints])
        write_text(place / "exercise.toml", settings.rstrip() + "\n")
        write_text(place / "task.py", exercise.task)
        freeze(exercise, place / FROZEN)
    return lesson


def _first_hints(settings: str, hints: list[str]) -> str:
    """The settings with only these hints."""
    lines = "".join(f"    {json.dumps(hint, ensure_ascii=False)},\n" for hint in hints)
    return HINTS.sub(lambda _: f"hints = [\n{lines}]\n", settings)


def freeze(exercise: Exercise, path: Path) -> None:
    """Write the arguments and the expected outcomes of every test to PATH.json and PATH.npz."""
    tests = [
        {
            "name": test.name,
            "title": test.title,
            "points": test.points,
            "cases": [
                {"arguments": values.plain(case), "expected": right.value, "error": right.error}
                for case, right in zip(test.cases, outcomes, strict=True)
            ],
        }
        for test, outcomes in zip(exercise.tests, expected_outcomes(exercise), strict=True)
    ]
    values.write_values(path, {"tests": tests})
