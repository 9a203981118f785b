"""How long a class takes to grade: sixty submissions of one lesson, two at a time.

    python -m benchmarks.grading [LESSON]

Each submission has the right answers, but for one that has a known mistake; every tenth student
writes in JAX.
"""

import sys
import tempfile
import time
from itertools import cycle
from pathlib import Path

from zen_transformer.grading.classroom import grade_class
from zen_transformer.grading.course import exercises_in, find_course
from zen_transformer.grading.exercise import Exercise
from zen_transformer.grading.submission import Grading
from zen_transformer.runs.console import machine

STUDENTS = 60


def write_class(folder: Path, exercises: list[Exercise]) -> None:
    """Write the submissions of a class."""
    wrong = cycle((one.name, each) for one in exercises for each in one.mistakes)
    for number in range(STUDENTS):
        student = folder / f"student_{number:02}"
        student.mkdir()
        name, mistake = next(wrong)
        for exercise in exercises:
            source = exercise.answer
            if exercise.name == name:
                source = mistake.patched(source)
            if number % 10 == 0:
                source = source.replace("import numpy as np", "import jax.numpy as np")
            (student / f"{exercise.name}.py").write_text(source, "utf-8")


def main(lesson: str = "03") -> None:
    """Grade a class and print how long it took."""
    everything = exercises_in(find_course())
    exercises = exercises_in(find_course(), lesson)
    with tempfile.TemporaryDirectory() as folder:
        write_class(Path(folder), exercises)
        with tempfile.TemporaryDirectory() as output:
            began = time.perf_counter()
            records = grade_class(Path(folder), Grading(exercises, everything, 1), Path(output))
            seconds = time.perf_counter() - began
    complete = sum(record.points == record.of for record in records)
    print(f"{len(records)} submissions of {exercises[0].lesson}, {complete} of them complete, in")
    print(f"{seconds:.0f} seconds; {machine()}")


if __name__ == "__main__":
    main(*sys.argv[1:])
