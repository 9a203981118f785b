"""Every exercise of the course: the right answer earns everything, every known mistake fails and is
named, and two of them at once are not named as one.

In the real process run the answers and one mistake of each; the others are run here.
"""

import itertools
import re
from collections import Counter
from pathlib import Path

import pytest

from zen_transformer.grading.check import problems
from zen_transformer.grading.course import exercises_in
from zen_transformer.grading.exercise import Exercise
from zen_transformer.grading.grade import Grade, grade_results, grade_source
from zen_transformer.grading.limits import uses_jax
from zen_transformer.grading.reference import mistaken_outcomes, outcomes_of
from zen_transformer.grading.runner import CallResults

COURSE = Path(__file__).parents[2] / "lessons"
EXERCISES = exercises_in(COURSE)
PAIRS = 10
"""Of mistakes of one exercise that are tried together."""

each = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)


def graded(exercise: Exercise, outcomes: list) -> Grade:
    return grade_results(exercise, CallResults([outcome for test in outcomes for outcome in test]))


@each
def test_it_is_in_order(exercise):
    assert list(problems(exercise)) == []


@each
def test_every_mistake_fails_and_is_named(exercise):
    assert exercise.mistakes
    for mistake in exercise.mistakes:
        grade = graded(exercise, mistaken_outcomes(exercise, mistake))
        assert grade.mistake == mistake
        assert grade.points < exercise.points


@each
def test_two_mistakes_at_once_are_not_named_as_one(exercise):
    """Or as one of the two, where it hides the other. Now and then both together come to the same
    as a third, whose name they get; most do not."""
    pairs = list(itertools.islice(both_patched(exercise), PAIRS))
    misnamed = [
        (one.name, other.name)
        for one, other, source in pairs
        if graded(exercise, outcomes_of(exercise, source)).mistake not in (None, one, other)
    ]
    assert len(misnamed) <= len(pairs) // 2, misnamed


def both_patched(exercise: Exercise):
    """Two mistakes that touch different places of the answer, and the source with both."""
    for one, other in itertools.combinations(exercise.mistakes, 2):
        source = one.patched(exercise.answer)
        if source.count(other.change) == 1:
            yield one, other, source.replace(other.change, other.to)


@pytest.mark.slow
@each
def test_in_the_real_process(exercise):
    right = grade_source(exercise, exercise.answer)
    assert right.complete, right.trouble
    if uses_jax(exercise.answer):
        return  # what takes long there is to compile the same again
    mistake = exercise.mistakes[0]
    wrong = grade_source(exercise, mistake.patched(exercise.answer))
    assert wrong.mistake == mistake, wrong.trouble


def test_names_are_used_once():
    names = [exercise.name for exercise in EXERCISES]
    mistakes = [mistake for exercise in EXERCISES for mistake in exercise.mistakes]
    names += [name for mistake in mistakes for name in (mistake.name, mistake.message)]
    assert [name for name, count in Counter(names).items() if count > 1] == []


def test_the_teachers_guide_has_the_points():
    """If this fails, put the lines that it shows into the guide's table."""
    guide = (COURSE.parent / "docs" / "teachers-guide.md").read_text("utf-8")
    rows = re.findall(r"^\| \d\d_.*$", guide, re.MULTILINE)
    lessons = itertools.groupby(EXERCISES, lambda exercise: exercise.lesson)
    expected = [
        f"| {lesson} | {len(exercises)} | {sum(exercise.points for exercise in exercises)} |"
        for lesson, exercises in ((lesson, list(group)) for lesson, group in lessons)
    ]
    assert "\n".join(rows) == "\n".join(expected)
