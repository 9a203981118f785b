"""Grades many submissions of one lesson into a table, and a page for each."""

import csv
import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from tqdm import tqdm

from zen_transformer.errors import UserError
from zen_transformer.files import make_folder, write_text
from zen_transformer.grading.display import state, summary
from zen_transformer.grading.exercise import Exercise
from zen_transformer.grading.grade import Grade, not_run, prepare
from zen_transformer.grading.submission import Submission, grade_folder
from zen_transformer.grading.templating import write_rendered
from zen_transformer.grading.terminal import details

SECONDS = 20.0
"""Time for one submission, without the time that it waits for a core."""

TABLE = "grades.csv"
PAGES = "pages"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings of a cell that a spreadsheet would take for a formula."""


def grade_class(
    folder: Path,
    exercises: list[Exercise],
    output: Path,
    jobs: int = 2,
    seconds: float = SECONDS,
) -> list[Submission]:
    """Grade every folder in `folder`, and write `grades.csv` and a page for each to `output`.

    Args:
        folder: folder with a folder for each student.
        exercises: exercises of the lesson.
        output: folder for the table and the pages; pages of the same names are replaced.
        jobs: number of submissions to grade at a time.
        seconds: time for each submission.

    Raises:
        UserError: the folder has no folders in it.
    """
    if not (students := students_in(folder)):
        raise UserError(f"no folders in {folder}: there must be one for each student")
    make_folder(output / PAGES)
    prepare(exercises)
    by_name = {}
    with tqdm(total=len(students), unit=" submissions", disable=None) as bar:
        for submission in _graded(students, exercises, jobs, seconds):
            by_name[submission.name] = submission
            _write_page(output / PAGES, submission, exercises[0].lesson)
            bar.update()
    submissions = [by_name[student.name] for student in students]
    write_text(output / TABLE, table(submissions, exercises))
    return submissions


def students_in(folder: Path) -> list[Path]:
    """List the folders of the students.

    Raises:
        UserError: the folder does not exist.
    """
    try:
        return sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UserError(f"{folder} is no folder: it must have one for each student") from error


def _graded(
    students: list[Path], exercises: list[Exercise], jobs: int, seconds: float
) -> Iterator[Submission]:
    """Grade the submissions, and yield each as soon as it is done."""
    with ThreadPoolExecutor(jobs) as pool:
        try:
            futures = [pool.submit(_grade, path, exercises, seconds) for path in students]
            for future in as_completed(futures):
                yield future.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _grade(path: Path, exercises: list[Exercise], seconds: float) -> Submission:
    """Grade one submission; an error of the grader becomes its trouble and stops no other."""
    try:
        return grade_folder(path, exercises, total=seconds)
    except Exception as error:
        trouble = f"the grader could not read it: {type(error).__name__}: {error}"
        return Submission(path.name, [not_run(exercise, trouble) for exercise in exercises])


def _write_page(folder: Path, submission: Submission, lesson: str) -> None:
    write_rendered(
        folder / f"{submission.name}.html",
        "student.html.jinja",
        submission=submission,
        lesson=lesson,
        summary=summary(submission.grades),
        state=state,
        details=details,
    )


def table(submissions: list[Submission], exercises: list[Exercise]) -> str:
    """Write CSV with a line for each student: points, in all and for each exercise, and remarks."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = [exercise.name for exercise in exercises]
    writer.writerow(["student", "points", "of", *names, "seconds", "seen"])
    for submission in submissions:
        remarks = [f"{g.exercise.name}: {_remark(g)}" for g in submission.grades if not g.complete]
        row = [submission.name, submission.points, submission.worth]
        row += [grade.points for grade in submission.grades]
        row += [f"{submission.seconds:.1f}", "; ".join(remarks)]
        writer.writerow([_cell(value) for value in row])
    return text.getvalue()


def _remark(grade: Grade) -> str:
    """The known mistake, or why the code could not be run, or the state."""
    return grade.mistake.name if grade.mistake else grade.trouble or state(grade)


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
