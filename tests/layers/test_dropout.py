import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zen_transformer.layers.dropout import draw_keep, dropout, random_dropout, split_key


def test_kept_entries_are_rescaled_and_dropped_ones_are_zero():
    keep = jnp.array([True, False, True, True])
    y = dropout(jnp.array([1.0, 2.0, -3.0, 0.0]), keep, 0.75)
    np.testing.assert_array_equal(y, [4.0, 0.0, -12.0, 0.0])


def test_the_gradient_is_dropped_and_rescaled_alike():
    keep = jnp.array([True, False])
    gradient = jax.grad(lambda x: dropout(x, keep, 0.5).sum())(jnp.array([3.0, 3.0]))
    np.testing.assert_array_equal(gradient, [2.0, 0.0])


def test_dropping_is_not_multiplying_by_zero():
    # inf · 0 would be NaN.
    np.testing.assert_array_equal(dropout(jnp.array([jnp.inf]), jnp.array([False]), 0.5), [0.0])


def test_no_key_or_no_rate_means_no_dropout():
    x = jnp.array([1.0, 2.0])
    assert random_dropout(x, None, 0.5) is x
    assert random_dropout(x, jax.random.key(0), 0.0) is x


def test_the_key_decides_what_is_dropped():
    x = jnp.ones(256)
    first, again, other = (random_dropout(x, jax.random.key(seed), 0.5) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert 64 < np.sum(first != other) < 192


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_the_expected_value_is_x(rate):
    count = 100_000
    y = random_dropout(jnp.full(count, 3.0), jax.random.key(0), rate)
    deviation = 3.0 * np.sqrt(rate / (1 - rate) / count)
    assert abs(np.mean(y) - 3.0) < 5 * deviation


@given(st.integers(0, 2**31 - 1), st.floats(0.01, 0.99))
def test_the_rate_is_met(seed, rate):
    count = 4096
    kept = int(draw_keep(jax.random.key(seed), (count,), rate).sum())
    assert abs(kept - count * (1 - rate)) < 6 * np.sqrt(count * rate * (1 - rate)) + 1


def keys(count, seed=0):
    return jax.random.split(jax.random.key(seed), count)


def test_what_is_dropped_in_a_sequence_follows_from_its_own_key():
    x = jnp.ones((6, 5))  # three sequences of two tokens
    of_three = random_dropout(x, keys(3), 0.5)
    of_two = random_dropout(x[:4], keys(3)[:2], 0.5)
    np.testing.assert_array_equal(of_three[:4], of_two)
    np.testing.assert_array_equal(of_three[4:], random_dropout(x[4:], keys(3)[2], 0.5))


@pytest.mark.parametrize("axis", [0, 1])
def test_neither_sequences_nor_entries_know_of_each_other(axis):
    """Between neighbours, and between those 2^k apart, there is no correlation."""
    kept = np.asarray(draw_keep(keys(512), (512, 512), 0.5), float) - 0.5
    for distance in (1, 2, 4, 8, 64, 256):
        one, other = np.delete(kept, range(distance), axis), kept.take(range(512 - distance), axis)
        assert abs(np.mean(4 * one * other)) < 6 / np.sqrt(one.size)


def test_every_sequence_and_every_entry_is_dropped_as_often():
    kept = np.asarray(draw_keep(keys(1024, seed=1), (1024, 1024), 0.1), float)
    deviation = np.sqrt(0.1 * 0.9 / 1024)
    for axis in (0, 1):
        means = kept.mean(axis)
        assert abs(means - 0.9).max() < 5 * deviation
        assert means.std() == pytest.approx(deviation, rel=0.15)


def test_keys_split_one_by_one():
    first, second = split_key(keys(3), 2)
    assert first.shape == second.shape == (3,)
    alone = split_key(keys(3)[1], 2)
    np.testing.assert_array_equal(
        jax.random.key_data(jnp.stack(alone)),
        jax.random.key_data(jnp.stack([first[1], second[1]])),
    )


def test_no_key_splits_into_no_keys():
    assert split_key(None, 3) == [None, None, None]


def test_a_key_splits_into_different_ones():
    parts = split_key(jax.random.key(0), 3)
    assert len({tuple(jax.random.key_data(part).tolist()) for part in parts}) == 3
