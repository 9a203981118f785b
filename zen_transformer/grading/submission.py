"""A student's submission: a folder with a file for each exercise, named after it."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from zen_transformer.errors import UserError
from zen_transformer.grading.exercise import Exercise
from zen_transformer.grading.forbidden import imported_modules
from zen_transformer.grading.grade import Grade, grade_source, not_run, whole_if_equal
from zen_transformer.grading.hints import hints_read
from zen_transformer.grading.limits import Limits
from zen_transformer.grading.near_miss import near_miss

LONGEST = 1 << 16
"""Most bytes of a file that is read."""

DEPTH = 4
"""Depth of folders in which files are looked for: an archive may have put some around them."""

RESERVE = 2.5
"""Seconds reserved for each of the exercises that follow, when the total time is limited."""

ONLY_UNSEEN = "right for every case of the tests, but not for others, drawn with --seed {seed}"
NO_FILE = "there is no file {name}.py"


@dataclass(frozen=True)
class Grading:
    """What is graded, and by which numbers."""

    exercises: list[Exercise]
    course: list[Exercise] = field(default_factory=list)
    """Exercises whose functions an answer may import from the student's own files."""
    seed: int = 0
    """Seed of the cases that no student has seen; 0 for none besides those that they see."""

    @cached_property
    def by_name(self) -> dict[str, Exercise]:
        """The exercises of the course."""
        return {exercise.name: exercise for exercise in [*self.course, *self.exercises]}


@dataclass
class Submission:
    """A student's submission and its grades."""

    name: str
    grades: list[Grade] = field(default_factory=list)
    sources: dict[str, str] = field(default_factory=dict)
    """The code of each exercise that could be read."""
    hints: dict[str, int] = field(default_factory=dict)
    """Number of hints that the student has read, for each exercise."""
    seconds: float = 0.0
    """Seconds that it ran, exercises included that were only imported, without the time of waiting
    for a core."""

    @property
    def points(self) -> float:
        """The points earned in all exercises."""
        return whole_if_equal(sum(grade.points for grade in self.grades))

    @property
    def worth(self) -> int:
        """The points that all exercises are worth."""
        return sum(grade.exercise.points for grade in self.grades)

    @property
    def complete(self) -> bool:
        """Whether all points were earned."""
        return all(grade.complete for grade in self.grades)


def files_in(folder: Path) -> dict[str, Path]:
    """Find the Python files by their names without .py; of two with one name the one further up."""
    files: dict[str, Path] = {}
    for place, _, names in _walk(folder):
        for name in names:
            path, known = Path(place, name), files.get(Path(name).stem)
            if path.suffix == ".py" and (known is None or len(path.parts) < len(known.parts)):
                files[path.stem] = path
    return files


def _walk(folder: Path) -> Iterator[tuple[str, list[str], list[str]]]:
    """Walk through a folder as `os.walk` does, but not too deep and not into hidden folders."""
    for place, folders, names in os.walk(folder):  # does not follow links
        depth = len(Path(place).relative_to(folder).parts)
        folders[:] = sorted(name for name in folders if not name.startswith(".") and depth < DEPTH)
        yield place, folders, names


def source_of(path: Path) -> str:
    """Read a file of a student.

    Raises:
        UserError: it is a link, not an ordinary file, too long or not text.
    """
    if path.is_symlink() or not path.is_file():
        raise UserError(f"{path.name} is no ordinary file: hand in a copy")
    if (size := path.stat().st_size) > LONGEST:
        raise UserError(f"{path.name} has {size:,} bytes: at most {LONGEST:,} are read")
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{path.name} is not UTF-8: byte {error.start} cannot be read") from error


def exercises_begun(folder: Path, exercises: Iterable[Exercise]) -> list[Exercise]:
    """List the exercises of every lesson of which the folder has a file.

    Raises:
        UserError: it has no exercise's file.
    """
    files, exercises = files_in(folder), list(exercises)
    lessons = {exercise.lesson for exercise in exercises if exercise.name in files}
    if not lessons:
        for exercise in exercises:
            if meant := _meant_for(exercise, folder):
                raise UserError(f"no exercise's file in {folder}, but {meant}")
        raise UserError(
            f"no exercise's file in {folder}: `zen-transformer assignment 03 {folder}` writes them"
        )
    return [exercise for exercise in exercises if exercise.lesson in lessons]


def grade_folder(
    folder: Path,
    grading: Grading,
    limits: Limits = Limits(),
    total: float = float("inf"),
) -> Submission:
    """Grade the files in a student's folder, one exercise after the other.

    Args:
        folder: folder of the student.
        grading: exercises to grade; one without a file earns nothing.
        limits: limits of each exercise.
        total: seconds for all exercises. One that uses more than its share leaves less for the
            others, but never less than they are likely to need.
    """
    grader = _Grader(folder, grading, limits, total)
    submission = Submission(folder.name or folder.resolve().name, hints=hints_read(folder))
    submission.grades = [grader.grade(exercise) for exercise in grading.exercises]
    submission.sources, submission.seconds = grader.sources, grader.seconds
    return submission


class _Grader:
    """Grades the exercises of one student, each once, and those before that they import."""

    def __init__(self, folder: Path, grading: Grading, limits: Limits, total: float):
        self.folder, self.files, self.grading = folder, files_in(folder), grading
        self.limits, self.total = limits, total
        self.grades: dict[str, Grade] = {}
        self.sources: dict[str, str] = {}

    @property
    def seconds(self) -> float:
        """Seconds that all of it ran."""
        return sum(grade.seconds for grade in self.grades.values())

    @property
    def limits_left(self) -> Limits:
        """The limits of the next exercise, which leaves some time for those that follow."""
        to_come = sum(exercise.name not in self.grades for exercise in self.grading.exercises)
        left = max(RESERVE, self.total - self.seconds - RESERVE * to_come)
        return replace(self.limits, total=min(self.limits.total, left))

    def grade(self, exercise: Exercise) -> Grade:
        """Grade one exercise."""
        if (name := exercise.name) not in self.grades:
            self.grades[name] = not_run(exercise, f"{name}.py imports itself")
            self.grades[name] = self._grade(exercise)
        return self.grades[name]

    def _grade(self, exercise: Exercise) -> Grade:
        if (path := self.files.get(exercise.name)) is None:
            return not_run(exercise, _no_file(exercise, self.folder), begun=False)
        try:
            source = source_of(path)
        except UserError as error:
            return not_run(exercise, str(error))
        self.sources[exercise.name] = source
        own, right = self._imported(exercise, source)
        seed, limits = self.grading.seed, self.limits_left
        grade = grade_source(exercise, source, limits, seed, own, right)
        notes = [f"{name} is wrong, so it was graded with the right {name}" for name in right]
        if grade.only_unseen:
            notes.append(ONLY_UNSEEN.format(seed=seed))
        return replace(grade, notes=notes)

    def _imported(self, exercise: Exercise, source: str) -> tuple[dict[str, str], dict[str, str]]:
        """The exercises that a source imports and what these import in turn: the student's own
        sources, and the right ones in the place of what is wrong.

        There is a right one only of what comes before in the course and was begun: else an exercise
        could be answered by calling the right function of another.
        """
        own: dict[str, str] = {}
        right: dict[str, str] = {}
        waiting = [source]
        while waiting:
            names = imported_modules(waiting.pop()) or set()
            for name in sorted(names & set(self.grading.by_name) - {exercise.name, *own, *right}):
                other = self.grading.by_name[name]
                grade = self.grade(other)
                before = other.place < exercise.place and not other.is_released
                if before and grade.ran and grade.begun and not grade.complete:
                    right[name] = other.answer
                elif name in self.sources:
                    own[name] = self.sources[name]
                    waiting.append(own[name])
        return own, right


def _no_file(exercise: Exercise, folder: Path) -> str:
    """Say that the file is missing, and which one was probably meant for it."""
    meant = _meant_for(exercise, folder)
    return NO_FILE.format(name=exercise.name) + (f", but {meant}" if meant else "")


def _meant_for(exercise: Exercise, folder: Path) -> str:
    return near_miss(exercise.name, (name for _, _, names in _walk(folder) for name in names))
