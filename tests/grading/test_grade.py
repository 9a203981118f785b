"""What is said about an answer. Run here and not in a process of its own, but for one."""

import numpy as np
import pytest

from zen_transformer.grading.display import fence_note
from zen_transformer.grading.grade import Grade, grade_results, grade_source, not_run
from zen_transformer.grading.reference import expected_outcomes, outcomes_of
from zen_transformer.grading.runner import CallResults
from zen_transformer.grading.terminal import details, headline

UNKNOWN = "def shares(x, times):\n    return 0.5 * times * x / x.sum(axis=-1, keepdims=True)"


def grade(exercise, source: str) -> Grade:
    outcomes = [outcome for test in outcomes_of(exercise, source) for outcome in test]
    return grade_results(exercise, CallResults(outcomes))


def test_the_right_answer(exercise):
    result = grade(exercise, exercise.answer)
    assert result.complete
    assert result.points == exercise.points == 4
    assert result.smallest_failure is None
    assert headline(result) == "    4/4  shares                       passed"


def test_the_same_in_the_real_process(exercise):
    assert grade_source(exercise, exercise.answer).complete
    assert grade_source(exercise, exercise.answer, seed=3).complete


STORED = """
import numpy as np
RESULTS = {entries}
NEXT = iter(RESULTS)
def shares(x, times):
    if times < 0:
        raise ValueError
    for given, result in RESULTS if {looked_up} else [(x, next(NEXT)[1])]:
        if np.array_equal(given, x):
            return np.array(result)
"""


@pytest.mark.parametrize("looked_up", [True, False], ids=["by arguments", "in order"])
def test_stored_results_earn_only_what_is_not_drawn(exercise, looked_up):
    cases = [case for test in exercise.tests for case in test.cases]
    outcomes = [outcome for test in expected_outcomes(exercise) for outcome in test]
    entries = [
        (case[0].tolist(), outcome.value.tolist())
        for case, outcome in zip(cases, outcomes, strict=True)
        if not outcome.error
    ]
    source = STORED.format(entries=entries, looked_up=looked_up)
    assert grade_source(exercise, source).points == 4
    unseen = grade_source(exercise, source, seed=3)
    assert unseen.points <= 2
    if looked_up:
        assert unseen.only_unseen


def test_another_seed_gives_other_numbers_and_sizes(exercise):
    drawn = [exercise.unseen(seed)[0] for seed in range(1, 9)]
    assert [test.name for test in drawn[0].tests] == ["rows"]
    assert len({one.cases[1][0].shape for one in drawn}) > 1
    assert exercise.unseen(0) == []


@pytest.mark.parametrize("library", ["numpy", "jax.numpy"])
def test_known_mistakes_are_named(exercise, library):
    for mistake in exercise.mistakes:
        source = mistake.patched(exercise.answer).replace("numpy as np", f"{library} as np")
        result = grade(exercise, source)
        assert result.mistake == mistake
        assert mistake.message in " ".join(details(result).split())
        assert not result.complete


def test_the_smallest_case_in_numbers(exercise):
    text = details(grade(exercise, UNKNOWN))
    for line in (
        "Not passed: One row. For example with",
        "  x = [1. 3.]",
        "  times = 1",
        "  expected = [0.25 0.75]",
        "  got = [0.125 0.375]",
        "At [0] expected 0.25, got 0.125; 2 of 2 entries differ.",
        "Read lessons/01_sums, “Sums”.",
    ):
        assert line in text.splitlines()


def test_an_unknown_mistake_is_not_guessed_at(exercise):
    result = grade(exercise, UNKNOWN)
    assert result.mistake is None
    text = details(result)
    assert "None of the known mistakes gives these numbers. No test passes yet." in text
    assert not any(mistake.message in text for mistake in exercise.mistakes)


def test_what_is_right_already_is_said(exercise):
    source = exercise.answer.replace("if times < 0", "if False")
    result = grade(exercise, source)
    assert result.points == 3
    text = " ".join(details(result).split())
    assert "Expected ValueError to be raised; nothing was raised." in text
    assert "Right already: One row; Rows of their own." in text


def test_two_mistakes_are_not_named_as_one(exercise):
    """In one case one mistake's numbers, in the next the other's."""
    first, second = (mistake.to for mistake in exercise.mistakes)
    source = exercise.answer.replace(
        "x.sum(axis=-1, keepdims=True)", f"({first} if x.shape == (2, 3) else {second})"
    )
    assert grade(exercise, source).mistake is None


def test_a_change_in_place_is_said(exercise):
    source = exercise.answer.replace(
        "    return times * x /", "    x *= times\n    return x /"
    ).replace("x.sum(", "(x / max(times, 1)).sum(")
    result = grade(exercise, source)
    assert result.mistake is None
    assert "The result is right, but x was changed in place: work on a copy." in details(result)


def test_float32_is_said(exercise):
    source = exercise.answer.replace(
        "return", "x = x.astype(np.float32) + np.float32(0.1)\n    return"
    )
    assert "float32" in details(grade(exercise, source))


def test_what_is_not_finite_is_said(exercise):
    text = details(grade(exercise, "def shares(x, times):\n    return x / (x - x)"))
    assert "There are numbers in it that are not finite." in text


def test_nothing_written_yet(exercise):
    result = grade(exercise, exercise.task)
    assert not result.begun
    assert details(result, hint=2).splitlines() == [
        "Shares.",
        "Read lessons/01_sums, “Sums”.",
        "Hint 1 of 3: Divide.",
        "Hint 2 of 3: By the sum.",
    ]


def test_what_ended_early_keeps_what_was_right_before(exercise):
    outcomes = [outcome for part in outcomes_of(exercise, exercise.answer) for outcome in part]
    result = grade_results(exercise, CallResults(outcomes[:1], "it took too long", "hello\x1b[2J"))
    assert result.points == 1
    assert result.mistake is None
    text = details(result)
    assert "The code could not be run to the end: it took too long." in text
    assert "  hello [2J" in text.splitlines()


def test_no_file(exercise):
    result = not_run(exercise, "there is no file", begun=False)
    assert (result.points, result.begun) == (0, False)


def test_an_exercise_about_jax_asks_for_jax(course):
    from zen_transformer.grading.course import exercises_in

    twice = exercises_in(course)[1]
    result = grade_source(twice, "import numpy as np\ndef twice(x): return 2 * x")
    assert result.points == 0
    assert "this exercise is about JAX" in result.trouble
    assert grade(twice, twice.answer).complete
    assert np.asarray(outcomes_of(twice, twice.answer)[0][0].value).dtype == np.float64


def test_a_system_without_fences_is_said(exercise):
    def note(*fences: str) -> str:
        outcomes = [outcome for test in expected_outcomes(exercise) for outcome in test]
        results = CallResults(outcomes, seconds=1.0, fences=fences)
        return fence_note([grade_results(exercise, results), not_run(exercise, "no file")])

    assert note("landlock", "seccomp") == ""
    assert "This system has no landlock and no seccomp: only" in note()
    assert "This system has no seccomp: only" in note("landlock")
