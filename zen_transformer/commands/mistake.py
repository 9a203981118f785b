"""`zen-transformer mistake`: lists, shows and runs the mistakes that people make."""

import re
import time
from collections.abc import Iterable
from json import dumps
from pathlib import Path
from textwrap import shorten
from typing import Annotated

from rich.markdown import Markdown
from rich.table import Table
from tyro.conf import Positional, arg

from zen_transformer.commands.console import VisibleConsole
from zen_transformer.commands.exercise import print_json
from zen_transformer.errors import UserError, check_range
from zen_transformer.files import write_text
from zen_transformer.gallery.page import (
    SymptomRecord,
    load_measurements,
    page,
    symptom_record,
    table_row,
)
from zen_transformer.gallery.scale import Scale
from zen_transformer.gallery.symptom import Measurement
from zen_transformer.gallery.table import MISTAKES, Mistake, find
from zen_transformer.grading.course import exercises_in, find_course
from zen_transformer.printing import print


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
        print_json({"exercise": e, "name": m.name, "message": m.message} for e, m in known)
        return
    for name, mistake in known:
        print(f"{name:28} {mistake.name}")


# The gallery

NOT_IN_A_TERMINAL = re.compile(r"!\[[^]]*\]\([^)]*\)\n|\[All mistakes\]\([^)]*\)")
"""Pictures and links of a page."""
PICTURES = Path("runs/mistakes")
WIDTH = 110
"""Of a page where the output is no terminal."""


def show_mistake(name: Annotated[str, Positional, arg(metavar="[NAME]")] = "") -> None:
    """Show a page of the gallery: what a mistake looks like, how to notice it, and the fix.

    For example:

      zen-transformer mistake show
      zen-transformer mistake show padding-in-the-softmax

    Args:
        name: name of a mistake; without a name, all of the gallery with what gives each away.
    """
    if name and name not in MISTAKES:
        _show_grader_message(name)
        return
    console = VisibleConsole(WIDTH)
    if name:
        console.print(Markdown(NOT_IN_A_TERMINAL.sub("", page(name))))
        return
    measured = load_measurements()
    rows = (table_row(mistake, measured) for mistake in MISTAKES)
    console.print_table(_table("mistake", ((row.name, row.measurement) for row in rows)))


def _show_grader_message(name: str) -> None:
    """Print the grader's message for a mistake that has no page in the gallery."""
    try:
        exercises = exercises_in(find_course())
    except UserError:  # installed, and not in a clone
        exercises = []
    for exercise in exercises:
        for mistake in exercise.mistakes:
            if mistake.name == name:
                print(f"{name}, in the exercise {exercise.name} of {exercise.lesson}:")
                print(f"{mistake.message}\nIt has no page in the gallery.")
                return
    find(name)  # raises an error that lists the mistakes


def run_mistake(
    name: Annotated[str, Positional, arg(metavar="NAME")],
    steps: int = Scale.steps,
    output: Path = PICTURES,
    corpus: str = "sotu",
) -> SymptomRecord:
    """Make a mistake in a small BERT and show its symptom beside the right code.

    A minute or two on two CPU cores: the same weights learn from the same real text with the
    mistake and without it, or a model that was trained right is used with it.

    For example:

      zen-transformer mistake run padding-in-the-softmax
      zen-transformer mistake run no-root --steps 1000 --output no-root/

    Args:
        name: name of a mistake of the gallery; `mistake show` lists them.
        steps: steps of each training; the figures of the pages are those of 800.
        output: folder for the picture and the measurements, NAME.png and NAME.json.
        corpus: text to learn from, as for `pretrain`.
    """
    from zen_transformer.gallery.lab import Lab  # JAX and Matplotlib, which a list does not need
    from zen_transformer.gallery.pictures import draw
    from zen_transformer.gallery.study import Study

    check_range("steps", steps, 1)
    mistake, started = find(name), time.perf_counter()
    print(f"in place of {mistake.target.replace(':', ': ')}\n\n{mistake.wrong_source}\n")
    symptom = mistake.look(Study(Lab(Scale(steps=steps, corpus=corpus)), mistake))
    result = symptom_record(symptom, time.perf_counter() - started)
    VisibleConsole(WIDTH).print_table(
        _table("measured", ((entry.label, entry) for entry in symptom.measurements.values()))
    )
    telltale = symptom.measurements[symptom.telltale]
    right, wrong = telltale.texts()
    print(f"\nWhat gives it away: {telltale.label}: {wrong}, where {right} is right.")
    _run_check(mistake)
    picture = draw(symptom, output / f"{name}.png")
    write_text(picture.with_suffix(".json"), dumps(result, indent=1, ensure_ascii=False))
    print(f"written to {picture} and {picture.with_suffix('.json')}")
    return result


def _run_check(mistake: Mistake) -> None:
    """Run the test that catches the mistake, on the right code and on the wrong one."""
    mistake.check()
    print(f"The test {mistake.check_name} passes with the right code.")
    with mistake.applied():
        try:
            mistake.check()
        except AssertionError as error:
            message = " ".join(str(error).split())
            print(f"With the mistake it fails: {shorten(message, 160, placeholder=' …')}")


def _table(first: str, rows: Iterable[tuple[str, Measurement]]) -> Table:
    """Make a table of measurements; of mistakes it also has a column for what is measured."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    of_mistakes = first == "mistake"
    for column in (first, *(["what gives it away"] if of_mistakes else [])):
        table.add_column(column, no_wrap=column == "mistake")
    for column in ("right", "with the mistake"):
        table.add_column(column, justify="right")
    for name, measurement in rows:
        label = [measurement.label] if of_mistakes else []
        table.add_row(name, *label, *measurement.texts())
    return table
