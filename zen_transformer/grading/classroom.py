"""Many submissions of one lesson: graded side by side into one table and a page for each."""

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
"""For one submission, on the clock."""

TABLE = "grades.csv"
PAGES = "pages"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would compute if a cell began with it."""


def grade_class(
    folder: Path,
    exercises: list[Exercise],
    output: Path,
    jobs: int = 2,
    seconds: float = SECONDS,
) -> list[Submission]:
    """Grade every folder in `folder`, and write `grades.csv` and a page for each to `output`.

    Args:
        folder: has a folder for each student.
        exercises: of the lesson.
        output: where table and pages go; pages of the same names are replaced.
        jobs: how many submissions at a time.
        seconds: of each.

    Raises:
        UserError: there are no folders in it.
    """
    if not (students := students_in(folder)):
        raise UserError(f"no folders in {folder}: there must be one for each student")
    make_folder(output / PAGES)
    prepare(exercises)
    found = {}
    with tqdm(total=len(students), unit=" submissions", disable=None) as bar:
        for submission in _graded(students, exercises, jobs, seconds):
            found[submission.name] = submission
            _write_page(output / PAGES, submission, exercises[0].lesson)
            bar.update()
    submissions = [found[student.name] for student in students]
    write_text(output / TABLE, table(submissions, exercises))
    return submissions


def students_in(folder: Path) -> list[Path]:
    """The folders of the students."""
    try:
        return sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UserError(f"{folder} is no folder: it must have one for each student") from error


def _graded(
    students: list[Path], exercises: list[Exercise], jobs: int, seconds: float
) -> Iterator[Submission]:
    """The submissions, as they are done."""
    with ThreadPoolExecutor(jobs) as pool:
        try:
            futures = [pool.submit(_grade, path, exercises, seconds) for path in students]
            for future in as_completed(futures):
                yield future.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _grade(path: Path, exercises: list[Exercise], seconds: float) -> Submission:
    """Whatever is wrong with one submission concerns nobody else."""
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
    """A line for each student: points in all and for each exercise, and what was seen."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = [exercise.name for exercise in exercises]
    writer.writerow(["student", "points", "of", *names, "seconds", "seen"])
    for submission in submissions:
        seen = [f"{g.exercise.name}: {_seen(g)}" for g in submission.grades if not g.complete]
        row = [submission.name, submission.points, submission.worth]
        row += [grade.points for grade in submission.grades]
        row += [f"{submission.seconds:.1f}", "; ".join(seen)]
        writer.writerow([_cell(value) for value in row])
    return text.getvalue()


def _seen(grade: Grade) -> str:
    """The known mistake, or why it was not run, or how it stands."""
    return grade.mistake.name if grade.mistake else grade.trouble or state(grade)


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
