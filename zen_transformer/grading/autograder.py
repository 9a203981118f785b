"""Writes the autograder of one lesson, which is uploaded to Gradescope.

https://gradescope-autograders.readthedocs.io/en/latest/specs/
"""

import re
import shutil
from importlib.metadata import requires
from pathlib import Path
from tempfile import TemporaryDirectory

from zen_transformer.errors import UserError
from zen_transformer.files import make_folder, write_text
from zen_transformer.grading.course import LESSONS
from zen_transformer.grading.exercise import EXERCISES, Exercise
from zen_transformer.grading.seeds import drawn_seed
from zen_transformer.grading.templating import write_rendered

PACKAGE = Path(__file__).parents[1]
SCRIPTS = ("setup.sh", "run_autograder")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc")


def write_autograder(exercises: list[Exercise], folder: Path, seed: int | None = None) -> Path:
    """Write an autograder's folder, and beside it the archive that is uploaded.

    Args:
        exercises: exercises of the lesson.
        folder: folder to write.
        seed: seed of the cases that nobody has seen; if not given, one is drawn for all
            submissions.

    Returns:
        The archive.

    Raises:
        UserError: the folder exists already, or the exercises have no answers.
    """
    if folder.exists():
        raise UserError(f"{folder} is there already: remove it, or name another folder")
    if any(exercise.is_released for exercise in exercises):
        raise UserError(f"{exercises[0].lesson} has no answers here: use the course of a clone")
    make_folder(folder)
    lesson = exercises[0].lesson
    seed = drawn_seed() if seed is None else seed
    for name in SCRIPTS:
        write_rendered(folder / name, f"{name}.jinja", lesson=lesson, seed=seed)
        (folder / name).chmod(0o755)
    write_text(folder / "requirements.txt", "\n".join(_requirements()) + "\n")
    shutil.copytree(PACKAGE, folder / PACKAGE.name, ignore=LEFT_OUT)
    for exercise in exercises:
        place = folder / LESSONS / lesson / EXERCISES / exercise.name
        shutil.copytree(exercise.folder, place, ignore=LEFT_OUT)
    archive = folder.with_name(f"{folder.name}.zip")
    with TemporaryDirectory(dir=folder.parent) as aside:
        Path(shutil.make_archive(f"{aside}/archive", "zip", folder)).replace(archive)
    return archive


def _requirements() -> list[str]:
    """List the requirements of the package, without those of its extras."""
    requirements = requires("zen-transformer") or []
    return [requirement for requirement in requirements if not re.search(r"\bextra\b", requirement)]
