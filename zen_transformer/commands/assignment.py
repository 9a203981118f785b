"""`zen-transformer assignment`: writes the exercises of a lesson for a student."""

from pathlib import Path
from typing import Annotated

from tyro.conf import Positional, arg

from zen_transformer.errors import UserError, check_range
from zen_transformer.grading.assignment import write_assignment, write_release, write_workflow
from zen_transformer.grading.autograder import write_autograder
from zen_transformer.grading.course import exercises_in, find_course
from zen_transformer.printing import print


def assignment(
    lesson: Annotated[str, Positional, arg(metavar="LESSON")],
    folder: Annotated[Path, Positional, arg(metavar="FOLDER")],
    course: Path | None = None,
    ci: bool = False,
    release: bool = False,
    gradescope: bool = False,
    hints: int | None = None,
    seed: int | None = None,
) -> None:
    """Write the exercises of a lesson, for a student to fill in.

    Functions with their equations and an empty body, a pytest file for each that starts red, and
    a README. What a student has written there already stays as it is.

    For example:

      zen-transformer assignment 03 my_work
      zen-transformer assignment 03 my_work --ci
      zen-transformer assignment 03 handout --release --hints 2
      zen-transformer assignment 03 my_work --course handout
      zen-transformer assignment 03 autograder --gradescope

    Args:
        lesson: number of the lesson, or the name of its folder.
        folder: folder to write to.
        course: folder of the lessons, of a clone or written by --release; if not given, those of
            the package.
        ci: also write a workflow that grades a student's repository on every push.
        release: for a teacher: write the exercises without answers and known mistakes instead, as
            a course to hand out.
        gradescope: for a teacher: write an autograder instead, as a folder and as the archive to
            upload to Gradescope. It has the answers in it.
        hints: with --release: most hints of an exercise to hand out, of about three; if not given,
            all.
        seed: with --gradescope: of the numbers that nobody has seen, for all submissions; if not
            given, it is drawn once, now.
    """
    _check_belongs("--hints", hints, "--release", release)
    _check_belongs("--seed", seed, "--gradescope", gradescope)
    if release + gradescope + ci > 1:
        raise UserError("--release, --gradescope and --ci write different things: choose one")
    lessons = find_course(course)
    exercises = exercises_in(lessons, lesson)
    if release:
        print(f"written to {write_release(exercises, folder, hints)}")
    elif gradescope:
        print(f"written to {write_autograder(exercises, folder, seed)}")
    else:
        kept = write_assignment(exercises, folder, exercises_in(lessons))
        for exercise in exercises:
            note = "  (yours, kept)" if exercise.name in kept else ""
            print(f"{folder / exercise.name}.py{note}")
        if ci:
            print(write_workflow(exercises, folder))
        print(f"{folder / 'README.md'} says how to go on")


def _check_belongs(name: str, value: int | None, other: str, given: bool) -> None:
    if value is not None:
        check_range(name.lstrip("-"), value, 0)
        if not given:
            raise UserError(f"{name} belongs to {other}, which was not given")
