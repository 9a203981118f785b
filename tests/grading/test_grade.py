"""What is said about an answer. Run here and not in a process of its own, but for one."""

import shutil

import numpy as np
import pytest

from zen_transformer.grading.calls import call
from zen_transformer.grading.display import fence_note
from zen_transformer.grading.exercise import Exercise
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
    result = grade(exercise, "import numpy as np\ndef shares(x, times):\n    return np.cos(3 * x)")
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


IN_PLACE = (
    "    return times * x / x.sum(",
    "    x *= times\n    return x / (x / max(times, 1)).sum(",
)


def test_right_values_with_a_change_in_place_earn_half(exercise):
    """4 points, of which 1 is for a case that returns nothing."""
    result = grade(exercise, exercise.answer.replace(*IN_PLACE).replace("x *= times", "x *= 2 / 2"))
    assert result.complete
    result = grade(exercise, exercise.answer.replace(*IN_PLACE))
    first, second, _ = exercise.tests
    assert (result.mistake, result.observation) == (None, None)
    assert (result.earned(first), result.earned(second), result.points) == (1, 1, 3)
    assert not result.complete
    assert headline(result) == (
        "    3/4  shares                       right values, half of the points"
    )
    text = " ".join(details(result).split())
    assert "The result is right, but x was changed in place: work on a copy." in text
    assert "Half of the points, for right values: Rows of their own. Read" in text
    assert "None of the known mistakes" not in text


@pytest.mark.parametrize("form", ["({}).tolist()", "tuple(({}).tolist())"])
def test_right_values_in_another_form_earn_half(exercise, form):
    before, value = exercise.answer.rstrip().rsplit("return ", 1)
    result = grade(exercise, f"{before}return {form.format(value)}")
    assert [result.earned(test) for test in exercise.tests] == [0.5, 1, 1]
    assert result.points == 2.5
    text = " ".join(details(result).split())
    assert "The values are right, but the form is not: expected floats of shape (2,)" in text


def test_wrong_values_in_another_form_earn_nothing(exercise):
    before, value = exercise.answer.rstrip().rsplit("return ", 1)
    result = grade(exercise, f"{before}return (2 * {value}).tolist()")
    assert result.points == 1


def test_a_change_in_place_is_said_where_the_values_are_wrong(exercise):
    for change in (("x.sum(axis=-1, keepdims=True)", "x.sum()"), ("/ x.sum", "/ 3 / x.sum")):
        result = grade(
            exercise,
            exercise.answer.replace(*change).replace(
                "    return times * x", "    x *= 2\n    return times * x"
            ),
        )
        assert "Besides, x was changed in place: work on a copy." in details(result)
    result = grade(exercise, "def shares(x, times):\n    x += 1\n    raise KeyError")
    assert "Besides, x was changed in place: work on a copy." in details(result)


def test_a_known_mistake_is_named_also_with_a_change_in_place(exercise):
    mistake = exercise.mistakes[0]
    source = mistake.patched(exercise.answer).replace("return times", "x *= 2\n    return times")
    result = grade(exercise, source)
    assert result.mistake == mistake
    text = " ".join(details(result).split())
    assert f"Every result is that of a known mistake, {mistake.name}. {mistake.message}" in text
    assert "Besides, x was changed in place" in text


@pytest.mark.parametrize(
    "body",
    ["raise SystemExit", "return 'text'", "return None", "return x[None]", "return 1 / 0"],
)
def test_no_numbers_no_word_of_mistakes(exercise, body):
    text = details(grade(exercise, f"def shares(x, times):\n    {body}"))
    assert "None of the known mistakes" not in text
    assert "recursion" not in text


def test_two_known_mistakes_at_once_are_named(exercise, tmp_path):
    """The second one is at another place of the answer, so that both can be made."""
    folder = shutil.copytree(exercise.folder, tmp_path / "shares")
    more = '[[mistake]]\nname = "once"\nchange = "times * x /"\nto = "x /"\nmessage = "Once."\n'
    with (folder / "exercise.toml").open("a", encoding="utf-8") as file:
        file.write(more)
    both = Exercise(folder)
    source = both.mistakes[2].patched(both.mistakes[0].patched(both.answer))
    result = grade(both, source)
    assert result.mistake is None
    assert result.observation.name == "shares-of-everything + once"
    text = " ".join(details(result).split())
    assert "Every result is that of two known mistakes together, shares-of-everything and" in text
    assert "Once." in text


def test_what_the_results_have_in_common_is_said(exercise):
    result = grade(exercise, UNKNOWN)
    assert result.observation.name == "constant-factor"
    text = " ".join(details(result).split())
    assert "Every result is the expected one times 0.5 = 1/2. Besides, ValueError is not" in text


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
    assert "this exercise is about jax: import it" in result.trouble
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


def test_ctrl_c_ends_the_grader_and_is_no_outcome():
    def interrupted():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        call(interrupted, (), "f.py")
