import numpy as np
import pytest

from zen_transformer import UserError
from zen_transformer.inspection.differences import differences, first_above, possible_causes


def test_difference_is_relative_to_the_largest_number_of_the_second():
    a = {"x": np.array([[1.0, 2.0], [3.0, 4.5]])}
    (difference,) = differences(a, {"x": np.array([[1.0, 2.0], [3.0, 5.0]])})
    assert difference == ("x", 0.5, 0.1, (1, 1))


def test_what_only_one_has_is_left_out_and_the_order_is_that_of_the_first():
    ones = np.ones(2)
    a = {"input_ids": ones, "b": ones, "a": ones, "only": ones}
    b = {"a": ones, "b": ones, "input_ids": 3 * ones}
    assert [entry.name for entry in differences(a, b)] == ["b", "a"]


def test_a_number_that_is_none_differs_without_limit():
    (difference,) = differences({"x": np.array([np.nan])}, {"x": np.array([1.0])})
    assert difference.largest == np.inf
    assert first_above([difference], 1e-5) is difference


def test_first_above_the_tolerance():
    zeros = {name: np.zeros(2) for name in "abc"}
    other = {"a": np.zeros(2), "b": np.array([1e-9, 1.0]), "c": np.ones(2)}
    by_array = differences(zeros, other)
    assert first_above(by_array, 1e-5).name == "b"
    assert first_above(by_array[:1], 0.0) is None


@pytest.mark.parametrize(
    ("b", "says"),
    [
        ({"y": np.zeros(2)}, "nothing to compare: one side has x, the other y"),
        ({"x": np.zeros(3)}, r"x has shape \(2,\) on one side and \(3,\) on the other"),
    ],
)
def test_what_cannot_be_compared(b, says):
    with pytest.raises(UserError, match=says):
        differences({"x": np.zeros(2)}, b)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("hidden_states.0", "three tables"),
        ("hidden_states.3", "tanh GELU"),
        ("attentions.2", "1/√head_dim"),
        ("pooler_output", "[CLS]"),
        ("prediction_logits", "the head"),
    ],
)
def test_where_to_look(name, words):
    assert words in possible_causes(name)
