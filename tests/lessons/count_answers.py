"""Counts what the grader makes of the wrong answers, and of the right but unusual ones.

    python tests/lessons/count_answers.py

docs/teachers-guide.md has the figures. Whether a name or a description is true no program can say.
"""

import warnings
from collections import Counter
from pathlib import Path

import numpy as np

from zen_transformer.grading.course import exercises_in
from zen_transformer.grading.exercise import Exercise
from zen_transformer.grading.grade import Grade, grade_results
from zen_transformer.grading.reference import outcomes_of
from zen_transformer.grading.runner import CallResults

HERE = Path(__file__).parent
COURSE = HERE.parents[1] / "lessons"
SETS = ("wrong_answers", "unseen_answers", "right_answers")


def graded(exercise: Exercise, source: str) -> Grade:
    """Grade a source in this process on what a student sees."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        outcomes = outcomes_of(exercise, source)
    return grade_results(exercise, CallResults([one for test in outcomes for one in test]))


def kind(grade: Grade) -> str:
    """What is said of an answer."""
    failure = grade.smallest_failure
    if failure is None:
        return "all points"
    if grade.mistake:
        return "named"
    if grade.observation:
        return "characterised"
    if grade.values_right:
        return "half of the points"
    return "exception" if failure.got and failure.got.error else "open"


def main() -> None:
    """Print the counts of each set, and the points that stored results could earn."""
    for name in SETS:
        paths = sorted((HERE / name).glob("*/*/*.py"))
        counts = Counter(
            kind(graded(Exercise(COURSE / p.parts[-3] / "exercises" / p.parts[-2]), p.read_text()))
            for p in paths
        )
        listed = ", ".join(f"{count} {what}" for what, count in counts.most_common())
        print(f"{name}: {len(paths)}: {listed}")
    exercises = exercises_in(COURSE)
    drawn = {(e.name, test.name) for e in exercises for test in e.unseen(1)[0].tests}
    fixed = sum(t.points for e in exercises for t in e.tests if (e.name, t.name) not in drawn)
    print(f"points for what is not drawn: {fixed} of {sum(e.points for e in exercises)}")


if __name__ == "__main__":
    main()
