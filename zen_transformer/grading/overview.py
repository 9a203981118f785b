"""The overview of a class: points by exercise and test, frequent mistakes, answers to look at."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from zen_transformer.grading.exercise import Exercise, Test
from zen_transformer.grading.records import ExerciseRecord, Record, normalized
from zen_transformer.grading.submission import Grading
from zen_transformer.grading.templating import write_rendered

OVERVIEW = "index.html"

LONG = 3
"""An answer this many times as long as the right one is worth a look: it may store numbers."""

CHANCE = 200
"""Up to this length, in characters, answers are often the same by chance."""


@dataclass(frozen=True)
class ExerciseOverview:
    """How a class did in one exercise."""

    exercise: Exercise
    mean_points: float
    complete: int
    tests: list[tuple[Test, int]]
    """Every test with the number of submissions that passed it."""
    remarks: list[tuple[str, int]]
    """Mistakes and other remarks with their counts, the most frequent first."""
    equal: list[list[Record]]
    """Groups of submissions with the same code but for comments and layout."""
    long: list[Record]
    """Submissions whose code is unusually long."""


def write_overview(output: Path, pages: str, records: list[Record], grading: Grading) -> None:
    """Write the overview of a class as a page."""
    write_rendered(
        output / OVERVIEW,
        "overview.html.jinja",
        lesson=grading.exercises[0].lesson,
        pages=pages,
        records=records,
        exercises=[overview_of(exercise, records) for exercise in grading.exercises],
        seed=grading.seed,
        hints=sum(entry.hints for record in records for entry in record.exercises.values()),
    )


def overview_of(exercise: Exercise, records: list[Record]) -> ExerciseOverview:
    """How a class did in one exercise."""
    entries = [(record, record.exercises[exercise.name]) for record in records]
    own = normalized(exercise.answer) if not exercise.is_released else ""
    return ExerciseOverview(
        exercise=exercise,
        mean_points=mean(entry.points for _, entry in entries) if entries else 0.0,
        complete=sum(not entry.remark for _, entry in entries),
        tests=[
            (test, sum(entry.tests.get(test.name, False) for _, entry in entries))
            for test in exercise.tests
        ],
        remarks=Counter(entry.remark for _, entry in entries if entry.remark).most_common(),
        equal=_equal(entries),
        long=[record for record, entry in entries if own and entry.length > LONG * len(own)],
    )


def _equal(entries: Iterable[tuple[Record, ExerciseRecord]]) -> list[list[Record]]:
    groups: dict[str, list[Record]] = defaultdict(list)
    for record, entry in entries:
        if entry.length > CHANCE:
            groups[entry.code].append(record)
    return sorted((group for group in groups.values() if len(group) > 1), key=len, reverse=True)
