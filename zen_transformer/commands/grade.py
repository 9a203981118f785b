"""`zen-transformer grade`: grades exercises and says what is probably wrong."""

import sys
from json import dumps
from pathlib import Path
from typing import Annotated

from tyro.conf import Positional, arg

from zen_transformer.errors import UserError, check_range
from zen_transformer.files import write_text
from zen_transformer.grading.classroom import PAGES, SECONDS, TABLE, grade_class
from zen_transformer.grading.course import exercises_in, find_course
from zen_transformer.grading.display import summary
from zen_transformer.grading.exercise import Exercise
from zen_transformer.grading.gradescope import results
from zen_transformer.grading.submission import Submission, exercises_begun, grade_folder
from zen_transformer.grading.terminal import details, headline
from zen_transformer.printing import print


def grade(
    folder: Annotated[Path, Positional, arg(metavar="FOLDER")],
    exercise: tuple[str, ...] = (),
    hint: int = 0,
    lesson: str | None = None,
    json: Path | None = None,
    course: Path | None = None,
    class_of: Annotated[str | None, arg(name="class")] = None,
    output: Path = Path("grades"),
    jobs: int = 2,
    seconds: float = SECONDS,
) -> None:
    """Grade exercises: points, and for a wrong answer what is probably wrong.

    The code runs in processes of its own, with limits of time and memory. Exits with 0 if all
    exercises are complete, else with 1.

    For example:

      zen-transformer grade my_work
      zen-transformer grade my_work --exercise softmax --hint 1
      zen-transformer grade my_work --lesson 03 --json results.json
      zen-transformer grade submissions --class 03 --output grades

    Args:
        folder: folder with a file for each exercise, as `zen-transformer assignment` writes it.
        exercise: exercises to grade; if not given, all of the lessons of which there is a file.
        hint: number of hints to show for each exercise that is not complete: 1, 2, 3.
        lesson: lesson to grade all exercises of, also those of which there is no file.
        json: file for the results, in the format that Gradescope reads.
        course: folder of the lessons, of a clone or a release, whose tests are executed; if not
            given, those of the package.
        class_of: lesson to grade a class in: the folder has a folder for each student, and the
            results are a table and a page for each.
        output: folder for the table and the pages of a class.
        jobs: number of submissions of a class to grade at a time; each needs a core.
        seconds: for each submission of a class; more where the machine has other things to do.
    """
    check_range("hint", hint, 0)
    check_range("jobs", jobs, 1)
    check_range("seconds", seconds, 1)
    lessons = find_course(course)
    print(f"exercises of {lessons}")
    if class_of is not None:
        submissions = grade_class(folder, exercises_in(lessons, class_of), output, jobs, seconds)
        print(_class_summary(submissions, output))
        return
    if not folder.is_dir():
        raise UserError(f"{folder} is no folder: name the one with your files")
    submission = grade_folder(folder, _chosen(folder, lessons, exercise, lesson))
    for result in submission.grades:
        print(headline(result))
        if not result.complete:
            print("".join(f"         {line}\n" for line in details(result, hint).splitlines()))
    print(summary(submission.grades))
    if json is not None:
        write_text(json, dumps(results(submission, hint), ensure_ascii=False, indent=1) + "\n")
        print(f"written to {json}")
    sys.exit(not submission.complete)


def _chosen(
    folder: Path, course: Path, names: tuple[str, ...], lesson: str | None
) -> list[Exercise]:
    """List the exercises to grade."""
    exercises = exercises_in(course, lesson)
    known = {exercise.name: exercise for exercise in exercises}
    for name in names:
        if name not in known:
            raise UserError(f"no exercise {name}: choose {', '.join(known)}")
    if names:
        return [known[name] for name in names]
    return exercises if lesson else exercises_begun(folder, exercises)


def _class_summary(submissions: list[Submission], output: Path) -> str:
    done = sum(submission.complete for submission in submissions)
    written = f"written to {output / TABLE} and {output / PAGES}"
    return f"{len(submissions)} submissions, {done} of them complete\n{written}"
