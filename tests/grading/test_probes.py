"""What is said of wrong results that no known mistake gives: each probe where it should speak, and
where it should keep silent, as where it explains all failed cases but one."""

import unicodedata
from types import SimpleNamespace

import numpy as np
import pytest

from zen_transformer.grading.calls import Outcome
from zen_transformer.grading.evidence import Evidence, GradedCase, evidence_of
from zen_transformer.grading.probes import PROBES, observe
from zen_transformer.grading.sizes import axis_names

TASK = '''
def f(query, mask, rate):
    """A function.

    Args:
        query: [batch, length, head_dim].
        mask: booleans, [batch, length]. True is a real token.
        rate: p.
    """
'''
SHAPES = [(2, 4, 8), (3, 5, 8)]
RNG = np.random.default_rng(0)
PAIR = "the last axis and the last axis but one"


def exercise(cases):
    return SimpleNamespace(
        name="f",
        task=TASK,
        parameters=["query", "mask", "rate"],
        settings=SimpleNamespace(tolerance=1e-6),
        cases=cases,
    )


def arguments(shape):
    mask = np.ones(shape[:2], bool)
    mask[:, -1:] = False
    return RNG.normal(size=shape), mask, 0.25


def evidence(change, shapes=SHAPES, expected=None, more=()) -> Evidence:
    """Cases whose results are a function of the expected ones and of the arguments."""
    cases = [arguments(shape) for shape in shapes] + [given for given, _, _ in more]
    right = [RNG.normal(size=shape) if expected is None else expected(shape) for shape in shapes]
    got = [change(value, *given) for value, given in zip(right, cases, strict=False)]
    right += [value for _, value, _ in more]
    got += [value for _, _, value in more]
    outcomes = [[Outcome(value) for value in values] for values in (right, got)]
    return evidence_of(exercise(cases), *outcomes)


def said(*arguments, **options) -> str:
    observation = observe(evidence(*arguments, **options))
    return observation.message if observation else ""


def softmax(scores):
    exponentials = np.exp(scores)
    return exponentials / exponentials.sum(-1, keepdims=True)


def whole(shape):
    return RNG.integers(0, 9, shape)


def booleans(shape):
    return RNG.random(shape) < 0.5


def numbered(change):
    """Change the array at one place, given by the mask or by its axes."""

    def wrong(value, query, mask, rate):
        value = np.array(value)
        change(value, mask)
        return value

    return wrong


SEEN = {
    "nothing-returned": (lambda y, *a: None, None, "Nothing is returned"),
    "argument-returned": (lambda y, x, *a: x, None, "Every result is `query` as it was given."),
    "same-everywhere": (lambda y, *a: 0 * y, None, "is 0 in every entry"),
    "axes-transposed": (lambda y, *a: y.swapaxes(1, 2), None, "second axis and the third axis"),
    "another-shape": (lambda y, *a: y[:, None], None, "shape: (3, 1, 5, 8) in place of (3, 5, 8)"),
    "one-missing": (lambda y, *a: y[:, 1:], None, "lacks the first entry along the last axis but"),
    "opposite": (lambda y, *a: -y, None, "Every result has the other sign"),
    "function-of-expected": (lambda y, *a: y**2, None, "is the square of the expected one"),
    "constant-factor": (
        lambda y, *a: y * np.sqrt(8),
        None,
        "Every result is the expected one times 2.82843 = √8, and 8 is head_dim, the last axis of "
        "`query`.",
    ),
    "constant-offset": (lambda y, *a: y + 1, whole, "the expected one plus 1."),
    "few-digits": (lambda y, *a: y.astype(np.float16), None, "is right to about 3 digits"),
    "not-finite": (lambda y, *a: np.where(y > 0, np.nan, y), None, "NaN or infinite where it is"),
    "argument-combined": (lambda y, x, *a: y + x, None, "is the expected one plus `query`."),
    "factor-beside-argument": (
        lambda y, x, *a: x - 2 * (y - x),
        None,
        "With `query` taken off, every result is the expected one times -2.",
    ),
    "scores-scaled": (
        lambda y, *a: softmax(np.log(y) / np.sqrt(8)),
        lambda shape: softmax(RNG.normal(size=shape)),
        "a softmax of the right scores, but times 0.353553 = 1/√8, and 8 is head_dim",
    ),
    "shifted": (lambda y, *a: np.roll(y, 1, 1), None, "one position too late along the last axis"),
    "summed-over-an-axis": (lambda y, *a: y.mean(1), None, "the mean of the expected one over the"),
    "same-in-another-order": (lambda y, *a: y[..., ::-1], None, "is reversed along the last axis."),
    "padded": (
        numbered(lambda y, mask: y.__setitem__(~mask, RNG.normal(size=y[~mask].shape))),
        None,
        "is right except where `mask` is 0 or False.",
    ),
    "first-text-only": (
        lambda y, *a: np.concatenate([y[:1], RNG.normal(size=y[1:].shape)]),
        None,
        "Only the first row of every result is right",
    ),
    "factor-of-rows": (
        lambda y, *a: y * RNG.uniform(1, 2, (*y.shape[:-1], 1)),
        None,
        "along the last axis is the expected row times a number of its own.",
    ),
    "offset-of-rows": (
        lambda y, *a: y + RNG.uniform(1, 2, (*y.shape[:-1], 1)),
        None,
        "along the last axis is the expected row plus a number of its own.",
    ),
    "one-position": (
        numbered(lambda y, mask: y.__setitem__((..., slice(0, None, 2)), 7 + y[..., ::2] ** 3)),
        None,
        "is right except in the even positions 0, 2, … along the last axis.",
    ),
    "smaller-or-larger": (lambda y, *a: y + y**2 + 1, None, "is too large in all 184 entries"),
}


@pytest.mark.parametrize("name", SEEN)
def test_a_probe_speaks(name):
    change, expected, message = SEEN[name]
    observation = observe(evidence(change, expected=expected))
    assert observation.name == name
    assert message in observation.message


@pytest.mark.parametrize("name", SEEN)
def test_a_probe_keeps_silent_where_one_case_is_not_explained(name):
    change, expected, _ = SEEN[name]
    y = RNG.normal(size=(2, 4, 8))
    noise = (arguments(y.shape), y, RNG.normal(size=y.shape))
    observation = observe(evidence(change, expected=expected, more=[noise]))
    assert observation is None


@pytest.mark.parametrize("expected", [None, whole, booleans])
def test_all_keep_silent_at_chance(expected):
    wrong = expected or (lambda shape: RNG.normal(size=shape))
    assert said(lambda y, *a: wrong(y.shape), expected=expected) == ""


@pytest.mark.parametrize("error", ["KeyError", "NotImplementedError"])
def test_all_keep_silent_at_exceptions(error):
    cases = [arguments(shape) for shape in SHAPES]
    outcomes = [Outcome(error=error)] * 2
    right = [Outcome(np.ones(3))] * 2
    assert observe(evidence_of(exercise(cases), right, outcomes)) is None


STRANGE = [{"a": 1}, "text", [1, "a"], [[]], (), np.zeros(0), np.array(1j), None]


@pytest.mark.parametrize("value", STRANGE)
@pytest.mark.parametrize("expected", [np.ones(3), 1.0, (1.0, np.ones(2)), {"a": np.ones(2)}, [1]])
def test_no_probe_stumbles(expected, value):
    cases = [arguments(SHAPES[0])]
    got = [Outcome(value)]
    seen = evidence_of(exercise(cases), [Outcome(expected)], got)
    for probe in PROBES:
        assert isinstance(probe(seen), str)
    observe(seen)


# The factor


def test_a_factor_that_is_a_size_of_each_case():
    message = said(lambda y, *a: y / y.shape[1])
    assert message == (
        "Every result is the expected one times 1/N, where N is length, the second axis of `query`."
    )


def test_a_factor_that_is_an_argument():
    assert "times 0.75, and 0.75 is 1 − `rate`" in said(lambda y, *a: 0.75 * y)


def test_a_factor_of_a_familiar_number():
    assert "times 1.41421 = √2." in said(lambda y, *a: np.sqrt(2) * y)


def test_a_factor_of_each_case_is_only_listed():
    factors = iter([2.5, 3.7])
    message = said(lambda y, *a: next(factors) * y)
    assert message == "Every result is the expected one times a number of its own: 2.5, 3.7."


def test_one_number_has_no_factor():
    assert said(lambda y, *a: 2 * y, expected=lambda shape: 0.3, shapes=SHAPES[:1]) == ""


def test_a_size_that_does_not_explain_the_right_cases_is_not_named():
    y = RNG.normal(size=(7, 4, 8))
    right = (arguments(y.shape), y, y)
    assert "times 2.82843 = √8." in said(lambda y, *a: np.sqrt(8) * y, more=[right])


def test_axes_have_their_names():
    assert axis_names(exercise([])) == {
        "query": ["batch", "length", "head_dim"],
        "mask": ["batch", "length"],
    }


# Several results


def test_members_that_are_swapped():
    message = said(lambda y, *a: y[::-1], expected=lambda s: (RNG.normal(size=s), 3.5))
    assert "in another order: `result[0]` and `result[1]` are swapped." in message
    message = said(lambda y, *a: (y[0] ** 2, 5 * y[1]), expected=lambda s: (1.5, RNG.random()))
    assert "swapped" not in message


def test_one_member_is_wrong():
    def wrong(y, *arguments):
        return y[0], RNG.normal(size=y[1].shape)

    message = said(wrong, expected=lambda s: (1.5, RNG.normal(size=s)))
    assert message == "Only `result[1]` is wrong; the other parts of the result are right."
    message = said(lambda y, *a: (y[0], 3 * y[1]), expected=lambda s: (1.5, RNG.normal(size=s)))
    assert message == "`result[1]` is the expected one times 3."


def test_texts_in_another_order():
    words = ["the", "cat", "sat"]
    assert "is reversed" in said(lambda y, *a: y[::-1], expected=lambda s: words)
    assert "lacks the last entry" in said(lambda y, *a: y[:-1], expected=lambda s: words)
    assert said(lambda y, *a: ["a", "b", "c"], expected=lambda s: words) == ""


def test_booleans_that_are_swapped():
    assert "True and False swapped" in said(lambda y, *a: ~y, expected=booleans)
    listed = said(lambda y, *a: [not y[0], y[1]], expected=lambda shape: [True, False])
    assert "True and False swapped" not in listed
    assert "0 or False where 1 or True" in said(
        lambda y, *a: y & (RNG.random(y.shape) < 0.3), expected=booleans
    )


# The cases


def right_only(condition, *shapes) -> str:
    def wrong(y, query, mask, rate):
        return y if condition(query) else RNG.normal(size=y.shape)

    return said(wrong, shapes=[*SHAPES, *shapes])


def test_batch_1_only():
    message = right_only(lambda query: len(query) == 1, (1, 4, 8))
    assert message == (
        "The results are right only where batch of `query` is 1: the 2 other cases are wrong."
    )


def test_equal_sizes_only():
    message = right_only(lambda query: query.shape[1] == query.shape[2], (2, 5, 5), (3, 6, 6))
    assert "right only where length and head_dim of `query` are equal" in message


def test_what_is_right_because_it_is_0_is_no_condition():
    query, mask, rate = arguments((1, 4, 8))
    nothing = ((query, mask, rate), np.zeros((1, 4, 8)), np.zeros((1, 4, 8)))
    assert said(lambda y, *a: RNG.normal(size=y.shape), more=[nothing]) == ""


def test_small_sizes_are_equal_by_chance():
    def wrong(y, query, mask, rate):
        return y if query.shape == (3, 2, 2) else RNG.normal(size=y.shape)

    assert said(wrong, shapes=[*SHAPES, (3, 2, 2)]) == ""


@pytest.mark.parametrize("change", [np.exp2, np.negative, lambda y: 3 * y])
def test_ones_have_no_function_and_no_factor(change):
    message = said(lambda y, *a: change(y), expected=lambda s: RNG.integers(0, 2, s).astype(float))
    assert not any(word in message for word in ("power", "sign", "times"))


def test_no_condition_is_found_by_chance():
    y = RNG.normal(size=(2, 4, 8))
    right = (arguments(y.shape), y, y)
    assert said(lambda y, *a: RNG.normal(size=y.shape), more=[right]) == ""


def test_not_finite_only_where_numbers_are_huge():
    y = RNG.normal(size=(2, 4, 8))
    given = arguments(y.shape)
    huge = ((1000 * given[0], *given[1:]), y, np.where(y > 0, np.inf, y))
    message = said(lambda y, *a: y, more=[huge])
    assert "is NaN or infinite where it is wrong" in message
    assert "It happens only where numbers of" in message


def test_labels_that_are_not_asked():
    labels = np.array([[3, -100, 5], [-100, 7, 8]])
    y = RNG.normal(size=(2, 3))
    got = np.where(labels == -100, 1.5, y)
    case = GradedCase((None, labels), Outcome(y), Outcome(got), wrong=True)
    seen = observe(Evidence(exercise([]), [case]))
    assert seen.message == "The result is right except where `mask` is −100."


def test_an_exception_that_is_missing():
    y = np.array([1.0, 2.0, 4.0])
    cases = [arguments(SHAPES[0])] * 2
    right = [Outcome(y), Outcome(error="ValueError")]
    seen = observe(evidence_of(exercise(cases), right, [Outcome(y), Outcome(y)]))
    assert seen.message == "ValueError is not raised where it should be."
    seen = observe(evidence_of(exercise(cases), right, [Outcome(3 * y), Outcome(y)]))
    assert seen.message == (
        "The result is the expected one times 3. Besides, ValueError is not raised where it should "
        "be."
    )


def test_texts_in_another_form_of_unicode():
    word = "na\u00efve"
    more = [(arguments(SHAPES[0]), [word, "a"], [unicodedata.normalize("NFD", word), "a"])]
    assert "another form of Unicode" in said(lambda y, *a: y, more=more)
    assert "another form of Unicode" not in said(lambda y, *a: y + 1, more=more)


def test_one_number_in_some_cases_is_not_called_the_same_whatever_is_given():
    all_zero = said(lambda y, *a: y * 0)
    assert all_zero == "Every result is 0 in every entry, whatever is given."
    one_right = said(lambda y, *a: y * 0, more=[(arguments(SHAPES[0]), np.ones(3), np.ones(3))])
    assert one_right == "Every wrong result is 0 in every entry."


def test_a_few_even_positions_are_not_all_of_them():
    def one(y, *_):
        y = y.copy()
        y[..., 2] = 7 + y[..., 2] ** 3
        return y

    assert "even positions" not in said(one)
