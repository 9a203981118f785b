"""What a student has handed in: a folder with a file for each exercise, named after it."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from zen_transformer.errors import UserError
from zen_transformer.grading.exercise import Exercise
from zen_transformer.grading.grade import Grade, grade_source, not_run
from zen_transformer.grading.limits import Limits

LONGEST = 1 << 20
"""Bytes of a file that is read."""

DEPTH = 4
"""How many folders deep a file is looked for: an archive may have put some around it."""

RESERVE = 2.5
"""Seconds that are kept for each of the exercises that follow, when time is limited."""

NOT_THERE = "there is no file {name}.py"


@dataclass
class Submission:
    """With its grades."""

    name: str
    grades: list[Grade] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """How long it ran, by its own clock."""
        return sum(grade.seconds for grade in self.grades)

    @property
    def points(self) -> int:
        """Of all exercises."""
        return sum(grade.points for grade in self.grades)

    @property
    def worth(self) -> int:
        """What could be had."""
        return sum(grade.exercise.points for grade in self.grades)

    @property
    def complete(self) -> bool:
        """Whether everything was right."""
        return all(grade.complete for grade in self.grades)


def files_in(folder: Path) -> dict[str, Path]:
    """The Python files, by their names without .py; of two with one name the one further up."""
    found: dict[str, Path] = {}
    for place, folders, names in os.walk(folder):  # does not follow links
        depth = len(Path(place).relative_to(folder).parts)
        folders[:] = sorted(name for name in folders if not name.startswith(".") and depth < DEPTH)
        for name in names:
            path, known = Path(place, name), found.get(Path(name).stem)
            if path.suffix == ".py" and (known is None or len(path.parts) < len(known.parts)):
                found[path.stem] = path
    return found


def source_of(path: Path) -> str:
    """The content of a file that a student has handed in.

    Raises:
        UserError: it is a link, no ordinary file, too long or not text.
    """
    if path.is_symlink() or not path.is_file():
        raise UserError(f"{path.name} is no ordinary file: hand in a copy")
    if (size := path.stat().st_size) > LONGEST:
        raise UserError(f"{path.name} has {size:,} bytes: at most {LONGEST:,} are read")
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{path.name} is not UTF-8: byte {error.start} cannot be read") from error


def lessons_begun(folder: Path, exercises: Iterable[Exercise]) -> list[Exercise]:
    """The exercises of every lesson of which there is a file.

    Raises:
        UserError: there is none.
    """
    there, exercises = files_in(folder), list(exercises)
    lessons = {exercise.lesson for exercise in exercises if exercise.name in there}
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
    """Grade what is in a folder, one exercise after the other.

    Args:
        folder: of the student.
        exercises: what is asked for; what is not there counts nothing.
        limits: of each exercise.
        total: seconds for all of them. Who uses up more than a share leaves less to the others,
            but never less than they are likely to need.
    """
    files, found = files_in(folder), Submission(folder.name or folder.resolve().name)
    for number, exercise in enumerate(exercises, 1):
        left = total - found.seconds - RESERVE * (len(exercises) - number)
        own = replace(limits, total=min(limits.total, max(RESERVE, left)))
        found.grades.append(_grade(exercise, files.get(exercise.name), own))
    return found


def _grade(exercise: Exercise, path: Path | None, limits: Limits) -> Grade:
    if path is None:
        return not_run(exercise, NOT_THERE.format(name=exercise.name), begun=False)
    try:
        return grade_source(exercise, source_of(path), limits)
    except UserError as error:
        return not_run(exercise, str(error))
