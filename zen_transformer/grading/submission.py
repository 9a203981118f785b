"""A student's submission: a folder with a file for each exercise, named after it."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from zen_transformer.errors import UserError
from zen_transformer.grading.exercise import Exercise
from zen_transformer.grading.grade import Grade, grade_source, not_run
from zen_transformer.grading.limits import Limits

LONGEST = 1 << 20
"""Most bytes of a file that is read."""

DEPTH = 4
"""Depth of folders in which files are looked for: an archive may have put some around them."""

RESERVE = 2.5
"""Seconds reserved for each of the exercises that follow, when the total time is limited."""

NO_FILE = "there is no file {name}.py"


@dataclass
class Submission:
    """A student's submission and its grades."""

    name: str
    grades: list[Grade] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """Seconds that it ran, without the time of waiting for a core."""
        return sum(grade.seconds for grade in self.grades)

    @property
    def points(self) -> int:
        """The points earned in all exercises."""
        return sum(grade.points for grade in self.grades)

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
    for place, folders, names in os.walk(folder):  # does not follow links
        depth = len(Path(place).relative_to(folder).parts)
        folders[:] = sorted(name for name in folders if not name.startswith(".") and depth < DEPTH)
        for name in names:
            path, known = Path(place, name), files.get(Path(name).stem)
            if path.suffix == ".py" and (known is None or len(path.parts) < len(known.parts)):
                files[path.stem] = path
    return files


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
        raise UserError(
            f"no exercise's file in {folder}: `zen-transformer assignment 03 {folder}` writes them"
        )
    return [exercise for exercise in exercises if exercise.lesson in lessons]


def grade_folder(
    folder: Path,
    exercises: list[Exercise],
    limits: Limits = Limits(),
    total: float = float("inf"),
) -> Submission:
    """Grade the files in a student's folder, one exercise after the other.

    Args:
        folder: folder of the student.
        exercises: exercises to grade; one without a file earns nothing.
        limits: limits of each exercise.
        total: seconds for all exercises. One that uses more than its share leaves less for the
            others, but never less than they are likely to need.
    """
    files, submission = files_in(folder), Submission(folder.name or folder.resolve().name)
    for number, exercise in enumerate(exercises, 1):
        left = total - submission.seconds - RESERVE * (len(exercises) - number)
        remaining = replace(limits, total=min(limits.total, max(RESERVE, left)))
        submission.grades.append(_grade(exercise, files.get(exercise.name), remaining))
    return submission


def _grade(exercise: Exercise, path: Path | None, limits: Limits) -> Grade:
    if path is None:
        return not_run(exercise, NO_FILE.format(name=exercise.name), begun=False)
    try:
        return grade_source(exercise, source_of(path), limits)
    except UserError as error:
        return not_run(exercise, str(error))
