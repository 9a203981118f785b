import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference.pytorch import assert_same_as_torch, normal

from zen_transformer.layers.cross_entropy import accuracy, cross_entropy, log_sum_exp

# exp of the logits is 1, 3, 4: probabilities 1/8, 3/8, 1/2.
LOGITS = np.log(np.float32([[1, 3, 4], [3, 4, 1]]))


def loss(logits, labels, weights):
    return jax.device_get(
        cross_entropy(*map(jnp.asarray, (logits, np.int32(labels), np.float32(weights))))
    )


def test_two_rows_by_hand():
    total, weight = loss(LOGITS, [0, 1], [1, 1])
    np.testing.assert_allclose(total, math.log(8) + math.log(2), rtol=1e-6)
    assert weight == 2


def test_a_row_of_weight_zero_does_not_count():
    total, weight = loss(LOGITS, [0, 1], [0, 1])
    np.testing.assert_allclose(total, math.log(2), rtol=1e-6)
    assert weight == 1


def test_sums_of_pieces_are_the_sum_of_the_whole():
    labels, weights = np.array([0, 2]), np.array([1.0, 1.0])
    pieces = [loss(LOGITS[i : i + 1], labels[i : i + 1], weights[i : i + 1]) for i in range(2)]
    np.testing.assert_allclose(np.sum(pieces, 0), loss(LOGITS, labels, weights), rtol=1e-6)


def test_same_as_torch_where_ignored_rows_have_no_weight(torch):
    labels, weights = np.array([[2, 0, 4], [1, 1, 3]]), np.array([[1.0, 0, 1], [1, 1, 0]])

    def theirs(logits):
        ignoring = torch.tensor(np.where(weights, labels, -100)).flatten()
        return torch.nn.functional.cross_entropy(logits.flatten(0, 1), ignoring, reduction="sum")

    def ours(logits):
        return cross_entropy(logits, jnp.array(labels), jnp.array(weights)).sum

    assert_same_as_torch(torch, ours, theirs, 3 * normal(2, 3, 5))
    assert_same_as_torch(torch, log_sum_exp, lambda x: x.logsumexp(-1), 3 * normal(2, 3, 5))


def test_the_gradient_is_probability_minus_truth():
    def total(logits):
        return cross_entropy(logits, jnp.array([1, 2]), jnp.array([1.0, 0.0])).sum

    gradient = jax.grad(total)(jnp.asarray(LOGITS))
    np.testing.assert_allclose(gradient, [[1 / 8, 3 / 8 - 1, 1 / 2], [0, 0, 0]], atol=1e-6)


@pytest.mark.parametrize("classes", [2, 30522])
def test_equal_logits_cost_the_logarithm_of_the_number_of_classes(classes):
    total, _ = loss(np.full((1, classes), 7.0, np.float32), [1], [1])
    np.testing.assert_allclose(total, math.log(classes), rtol=1e-5)


@given(st.lists(st.floats(-1e4, 1e4, width=32), min_size=3, max_size=3), st.integers(0, 2))
def test_huge_logits_stay_finite(logits, label):
    total, _ = loss([logits], [label], [1])
    best = max(logits) - logits[label]
    assert best - 1e-2 <= total <= best + math.log(3) + 1e-2


def test_ten_thousand_wrong_costs_twenty_thousand():
    assert loss([[1e4, -1e4]], [1], [1])[0] == 2e4
    assert loss([[1e4, -1e4]], [0], [1])[0] == 0


@given(st.floats(-100, 100, width=32))
def test_adding_a_number_to_all_logits_changes_nothing(shift):
    shifted = loss(LOGITS + np.float32(shift), [0, 1], [1, 1])
    np.testing.assert_allclose(shifted, loss(LOGITS, [0, 1], [1, 1]), atol=1e-4)


def test_accuracy_counts_the_rows_of_weight_one():
    logits = np.float32([[1, 2, 0], [5, 1, 1], [0, 0, 1], [0, 9, 0]])
    rows = np.int32([1, 2, 2, 0]), np.float32([1, 1, 1, 0])
    assert accuracy(*map(jnp.asarray, (logits, *rows))) == (2, 3)
