"""`zen-transformer mistake`: what people write instead."""

from pathlib import Path

from zen_transformer.commands.exercise import print_list
from zen_transformer.grading.course import exercises_in, find_course


def list_mistakes(course: Path | None = None, json: bool = False) -> None:
    """List the mistakes that the grader knows.

    For example:

      zen-transformer mistake list
      zen-transformer mistake list --json

    Args:
        course: the folder of the lessons, as for `grade`.
        json: print a JSON list, an entry a line: exercise, name, message.
    """
    exercises = exercises_in(find_course(course))
    known = [(exercise.name, mistake) for exercise in exercises for mistake in exercise.mistakes]
    if json:
        print_list({"exercise": e, "name": m.name, "message": m.message} for e, m in known)
        return
    for name, mistake in known:
        print(f"{name:28} {mistake.name}")
