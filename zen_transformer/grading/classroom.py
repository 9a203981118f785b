"""Grades many submissions of one lesson into a table, a page for each and an overview."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from tqdm import tqdm

from zen_transformer.errors import UserError
from zen_transformer.files import make_folder, write_text
from zen_transformer.grading.display import fence_note, state, summary
from zen_transformer.grading.grade import not_run, prepare
from zen_transformer.grading.overview import write_overview
from zen_transformer.grading.records import (
    Record,
    display_name,
    file_name,
    read_records,
    record_of,
    table,
)
from zen_transformer.grading.submission import Grading, Submission, grade_folder
from zen_transformer.grading.templating import write_rendered
from zen_transformer.grading.terminal import details
from zen_transformer.printing import print

SECONDS = 20.0
"""Time for one submission, without the time that it waits for a core."""

TABLE, RECORDS, PAGES = "grades.csv", "grades.jsonl", "pages"


def grade_class(
    folder: Path,
    grading: Grading,
    output: Path,
    jobs: int = 2,
    seconds: float = SECONDS,
    resume: bool = False,
) -> list[Record]:
    """Grade every folder in `folder`, and write a table, an overview and pages to `output`.

    The table is written again after every submission, so that nothing is lost if it is interrupted.

    Args:
        folder: folder with a folder for each student.
        grading: exercises of the lesson, and how they are graded.
        output: folder for the results; pages of the same names are replaced.
        jobs: number of submissions to grade at a time.
        seconds: time for each submission.
        resume: keep the results that are in `output`, and grade only the other submissions.

    Raises:
        UserError: the folder has no folders in it.
    """
    if not (students := students_in(folder)):
        raise UserError(f"no folders in {folder}: there must be one for each student")
    make_folder(output / PAGES)
    prepare(grading.exercises, grading.seed)
    known = read_records(output / RECORDS) if resume else {}
    pages = [f"{file_name(student.name)}.html" for student in students]
    records = {page: known[page] for page in pages if page in known}
    missing = [s for s, page in zip(students, pages, strict=True) if page not in records]
    for submission in _with_progress(_graded(missing, grading, jobs, seconds), len(missing)):
        record = record_of(submission)
        records[record.page] = record
        _write_page(output / PAGES / record.page, submission, grading.exercises[0].lesson)
        _write_tables([records[page] for page in pages if page in records], grading, output)
    ordered = [records[page] for page in pages]
    _write_tables(ordered, grading, output)
    return ordered


def students_in(folder: Path) -> list[Path]:
    """List the folders of the students, links to folders among them, which are not followed.

    Raises:
        UserError: the folder does not exist.
    """
    try:
        return sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UserError(f"{folder} is no folder: it must have one for each student") from error


def _graded(
    students: list[Path], grading: Grading, jobs: int, seconds: float
) -> Iterator[Submission]:
    """Grade the submissions, and yield each as soon as it is done."""
    with ThreadPoolExecutor(jobs) as pool:
        try:
            futures = [pool.submit(_grade, path, grading, seconds) for path in students]
            for future in as_completed(futures):
                yield future.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _grade(path: Path, grading: Grading, seconds: float) -> Submission:
    """Grade one submission; an error of the grader becomes its trouble and stops no other."""
    try:
        if not path.is_symlink():
            return grade_folder(path, grading, total=seconds)
        trouble = "the folder is a link, which is not followed: hand in a copy"
    except Exception as error:
        trouble = f"the grader could not read it: {type(error).__name__}: {error}"
    return Submission(path.name, [not_run(exercise, trouble) for exercise in grading.exercises])


def _with_progress(submissions: Iterator[Submission], count: int) -> Iterator[Submission]:
    """Show a bar, or where the output is no terminal a line for each submission."""
    if sys.stderr.isatty():
        yield from tqdm(submissions, total=count, unit=" submissions")
        return
    for number, submission in enumerate(submissions, 1):
        name = display_name(submission.name)
        print(f"{number} of {count}: {submission.points:2} of {submission.worth}  {name}")
        yield submission


def _write_page(path: Path, submission: Submission, lesson: str) -> None:
    write_rendered(
        path,
        "student.html.jinja",
        name=display_name(submission.name),
        submission=submission,
        lesson=lesson,
        summary=summary(submission.grades),
        fence_note=fence_note(submission.grades),
        state=state,
        details=details,
    )


def _write_tables(records: list[Record], grading: Grading, output: Path) -> None:
    write_text(output / RECORDS, "".join(f"{record.to_json()}\n" for record in records))
    write_text(output / TABLE, table(records, grading.exercises))
    write_overview(output, PAGES, records, grading)
