import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference.pytorch import assert_same_as_torch, normal

from zen_transformer.layers.normalization import LayerNorm, layer_norm

normalize = jax.jit(layer_norm, static_argnums=3)


def plain(x, epsilon=1e-12):
    """Without γ and β."""
    x = np.asarray(x, jnp.result_type(float))
    one = np.ones(x.shape[-1], x.dtype)
    return jax.device_get(normalize(x, one, 0 * one, epsilon))


def test_two_numbers_by_hand():
    # μ = 2, σ² = 1 (biased: with hidden − 1 it would be 2), so ∓1 before γ and β
    y = layer_norm(jnp.array([1.0, 3.0]), jnp.array([2.0, 5.0]), jnp.array([0.5, 0.25]), 0.0)
    np.testing.assert_allclose(y, [-2 + 0.5, 5 + 0.25], rtol=1e-6)


def test_epsilon_stands_inside_the_root():
    # 1/√(1 + 3) = 1/2; outside the root it would be 1/(1 + √3) = 0.37 or 1/(1 + 3) = 0.25
    np.testing.assert_allclose(plain([1.0, 3.0], epsilon=3.0), [-0.5, 0.5], rtol=1e-6)


@pytest.mark.parametrize("epsilon", [1e-12, 1e-5, 0.1])
def test_same_as_torch(torch, epsilon):
    def ours(x, scale, bias):
        return layer_norm(x, scale, bias, epsilon)

    def theirs(x, scale, bias):
        return torch.nn.functional.layer_norm(x, (6,), scale, bias, epsilon)

    assert_same_as_torch(torch, ours, theirs, normal(2, 3, 6), normal(6), normal(6, seed=1))


def test_equal_numbers_become_zero():
    np.testing.assert_array_equal(plain([[7.0, 7.0, 7.0], [0.0, 0.0, 0.0]]), np.zeros((2, 3)))


@given(st.integers(2, 5), st.floats(-1e4, 1e4), st.sampled_from([1e-3, 1.0, 1e4]))
def test_mean_zero_and_variance_one_whatever_came_in(width, shift, scale):
    y = np.asarray(plain(np.float32(shift + scale * (np.arange(width) - 1.5))), np.float64)
    # A float32 near 1e4 cannot hold steps of 1e-3: then there is little left to normalize.
    assert np.isfinite(y).all()
    if abs(shift) < 1e3 * scale:
        np.testing.assert_allclose([y.mean(), y.var()], [0.0, 1.0], atol=2e-3)


@pytest.mark.usefixtures("float64")
def test_shifting_and_stretching_the_input_changes_nothing():
    x = normal(3, 8)
    np.testing.assert_allclose(plain(5.0 * x + 100.0), plain(x), atol=1e-11)


def test_starts_as_plain_normalization():
    module = LayerNorm(4, epsilon=1e-12, dtype=jnp.float32)
    x = jnp.array([[1.0, -2.0, 3.0, 0.0]])
    np.testing.assert_array_equal(module(x), plain(x))
