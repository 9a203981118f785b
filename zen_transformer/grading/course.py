"""A course: a folder of lessons with exercises, as `lessons/` of a clone, or a released one."""

from pathlib import Path

from zen_transformer.errors import UserError
from zen_transformer.grading.exercise import EXERCISES, Exercise

LESSONS = "lessons"
PACKAGE = Path(__file__).parents[1]


def find_course(given: Path | None = None) -> Path:
    """Find the folder of the lessons: the given one, or that of the package, or of the clone that
    it lies in. The current folder is not looked into, since the tests of a course are executed.

    Raises:
        UserError: the folder has no exercises.
    """
    installed = PACKAGE / LESSONS
    course = given or (installed if installed.is_dir() else PACKAGE.parent / LESSONS)
    if exercises_in(course):
        return course
    raise UserError(
        f"no exercises in {course}: name the folder of a clone or of a release with --course"
    )


def exercises_in(course: Path, lesson: str | None = None) -> list[Exercise]:
    """List the exercises of a course, or of one lesson such as 03 or 03_attention, in order.

    Raises:
        UserError: the course has no such lesson.
    """
    exercises = [Exercise(path.parent) for path in course.glob(f"*/{EXERCISES}/*/exercise.toml")]
    exercises.sort(key=lambda exercise: (exercise.lesson, exercise.name))
    if lesson is None:
        return exercises
    names = sorted({exercise.lesson for exercise in exercises})
    chosen = [name for name in names if name == lesson or name.startswith(f"{lesson.zfill(2)}_")]
    if len(chosen) != 1:
        raise UserError(
            f"no lesson {lesson or 'of no name'} with exercises: choose {', '.join(names)}"
        )
    return [exercise for exercise in exercises if exercise.lesson == chosen[0]]
