"""What is kept of the graded submissions of a class: a line of JSON for each, and a table of all.

A record has what the table and the overview show, so that a class that was interrupted can go on.
"""

import ast
import csv
import hashlib
import io
import json
import os
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from zen_transformer.grading.display import state
from zen_transformer.grading.exercise import Exercise
from zen_transformer.grading.grade import Grade
from zen_transformer.grading.submission import Submission
from zen_transformer.grading.values import printable

FORMULA = re.compile(r"(^|[;,|\t])(\s*)(?=[=+\-@])")
"""Where a spreadsheet, also one that parts cells by semicolons, would see a formula begin."""

PLAIN_NAME, LONGEST_NAME = re.compile(r"(?!.*-[0-9a-f]{20}$)\w[\w .=+@-]*"), 100
"""Names of students that can be names of files as they are, and their longest, in bytes. None of
them ends as the others do, in a hash."""

LONGEST_CODE = 50_000
"""Longest code, in characters, that is parsed to compare it."""


@dataclass(frozen=True)
class ExerciseRecord:
    """What is kept of an exercise of a submission."""

    points: float
    tests: dict[str, bool]
    """Whether each test passed."""
    remark: str
    """The known mistake, what the results have in common, why the code could not be run, or the
    state; empty if it is complete."""
    mistake: str = ""
    notes: tuple[str, ...] = ()
    """What else is to be known of its grade."""
    hints: int = 0
    """Number of hints that the student says to have read."""
    code: str = ""
    """Fingerprint of the code without comments, docstrings and layout."""
    length: int = 0
    """Length of the code without these, in characters."""


@dataclass(frozen=True)
class Record:
    """What is kept of a submission."""

    student: str
    page: str
    """Name of the file of its page."""
    points: float
    of: int
    seconds: float
    exercises: dict[str, ExerciseRecord]

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, line: str) -> "Record":
        """Read what `to_json` wrote.

        Raises:
            ValueError, TypeError, LookupError: the line is no such record.
        """
        fields = json.loads(line)
        exercises = {n: ExerciseRecord(**entry) for n, entry in fields["exercises"].items()}
        return cls(**{**fields, "exercises": exercises})


def record_of(submission: Submission) -> Record:
    """The record of a graded submission."""
    exercises = {grade.exercise.name: _exercise(submission, grade) for grade in submission.grades}
    return Record(
        student=display_name(submission.name),
        page=f"{file_name(submission.name)}.html",
        points=submission.points,
        of=submission.worth,
        seconds=round(submission.seconds, 1),
        exercises=exercises,
    )


def _exercise(submission: Submission, grade: Grade) -> ExerciseRecord:
    code = normalized(submission.sources.get(grade.exercise.name, ""))
    return ExerciseRecord(
        points=grade.points,
        tests={test.name: grade.passed(test) for test in grade.exercise.tests},
        remark="" if grade.complete else _remark(grade),
        mistake=grade.mistake.name if grade.mistake else "",
        notes=tuple(grade.notes),
        hints=submission.hints.get(grade.exercise.name, 0),
        code=hashlib.sha256(code.encode("utf-8", "replace")).hexdigest()[:16] if code else "",
        length=len(code),
    )


def _remark(grade: Grade) -> str:
    """The known mistake, what the results have in common, why it could not be run, or the state."""
    if explained := grade.mistake or grade.observation:
        return explained.name
    return grade.trouble or state(grade)


def normalized(source: str) -> str:
    """A source without comments, docstrings and layout; as it is where it is long or no Python."""
    if len(source) > LONGEST_CODE:
        return source
    try:
        tree = ast.parse(source)
        for node in ast.walk(tree):
            if isinstance(body := getattr(node, "body", None), list):
                node.body = [entry for entry in body if not _is_text(entry)]  # type: ignore
        return ast.unparse(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return source


def _is_text(node: ast.AST) -> bool:
    value = getattr(node, "value", None)
    return isinstance(node, ast.Expr) and isinstance(value, ast.Constant)


def display_name(name: str) -> str:
    """The name of a folder as it can be written; bytes that are not UTF-8 become �."""
    return printable(os.fsencode(name).decode("utf-8", "replace"))


def file_name(name: str) -> str:
    """A name that a file can have everywhere; where the name itself is none, it ends in a hash."""
    raw = os.fsencode(name)
    readable = raw.decode("utf-8", "replace")
    if PLAIN_NAME.fullmatch(readable) and len(raw) <= LONGEST_NAME:
        return readable
    begin = re.sub(r"[^\w.-]+", "_", readable, flags=re.ASCII)[: LONGEST_NAME // 2].strip("._-")
    return f"{begin or 'student'}-{hashlib.sha256(raw).hexdigest()[:20]}"


def table(records: list[Record], exercises: list[Exercise]) -> str:
    """Write CSV with a line for each student: points, in all and for each exercise, and remarks."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = [exercise.name for exercise in exercises]
    writer.writerow(["student", "points", "of", *names, "seconds", "hints", "seen"])
    for record in records:
        entries = [record.exercises[name] for name in names]
        seen = [
            f"{name}: {remark}"
            for name, entry in zip(names, entries, strict=True)
            for remark in (entry.remark, *entry.notes)
            if remark
        ]
        row: list[Any] = [record.student, record.points, record.of]
        row += [entry.points for entry in entries]
        row += [f"{record.seconds:.1f}", sum(entry.hints for entry in entries), "; ".join(seen)]
        writer.writerow([_cell(value) for value in row])
    return text.getvalue()


def _cell(value: object) -> object:
    return FORMULA.sub(r"\1\2'", printable(value)) if isinstance(value, str) else value


def read_records(path: Path) -> dict[str, Record]:
    """Read the records of a class by the names of their pages; those that are whole."""
    records = {}
    for line in path.read_text("utf-8").splitlines() if path.is_file() else ():
        try:
            record = Record.from_json(line)
        except (ValueError, TypeError, LookupError):
            continue  # it was interrupted while it was written
        records[record.page] = record
    return records
