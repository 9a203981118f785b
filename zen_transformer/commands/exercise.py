"""`zen-transformer exercise`: lists the exercises of the course."""

from collections.abc import Iterable
from json import dumps
from pathlib import Path
from typing import Any

from rich.table import Table

from zen_transformer.commands.console import VisibleConsole
from zen_transformer.grading.course import exercises_in, find_course
from zen_transformer.printing import print


def list_exercises(course: Path | None = None, json: bool = False) -> None:
    """List the exercises of the course.

    For example:

      zen-transformer exercise list
      zen-transformer exercise list --json

    Args:
        course: folder of the lessons, as for `grade`.
        json: print a JSON list, an entry a line: lesson, name, title, points.
    """
    exercises = exercises_in(find_course(course))
    if json:
        print_json(
            {"lesson": e.lesson, "name": e.name, "title": e.settings.title, "points": e.points}
            for e in exercises
        )
        return
    table = Table(box=None, pad_edge=False, show_header=False)
    for column in ("lesson", "exercise", "points"):
        table.add_column(column, no_wrap=True)
    table.add_column("title")
    for e in exercises:
        table.add_row(e.lesson, e.name, f"{e.points:2}", e.settings.title)
    VisibleConsole().print_table(table)


def print_json(entries: Iterable[dict[str, Any]]) -> None:
    """Print a JSON list, an entry a line."""
    print("[\n" + ",\n".join(dumps(entry, ensure_ascii=False) for entry in entries) + "\n]")
