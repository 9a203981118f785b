import jax
import jax.numpy as jnp
import numpy as np
import optax
import optax.contrib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zen_transformer.numpy_nn import muon
from zen_transformer.numpy_nn.muon import COEFFICIENTS, ITERATIONS, Momentum, orthogonalize

SHAPES = [(4, 4), (3, 7), (8, 2), (1, 5), (1, 1)]


def by_singular_values(matrix: np.ndarray) -> np.ndarray:
    """U p(Σ) Vᵀ, the polynomial applied to each singular value."""
    left, values, right = np.linalg.svd(matrix, full_matrices=False)
    values = values / np.linalg.norm(values)
    a, b, c = COEFFICIENTS
    for _ in range(ITERATIONS):
        values = a * values + b * values**3 + c * values**5
    return left @ np.diag(values) @ right


@given(st.sampled_from(SHAPES), st.integers(0, 99), st.floats(-2, 6))
@settings(deadline=None)
def test_the_iteration_changes_the_singular_values_alone(shape, seed, exponent):
    matrix = np.random.default_rng(seed).normal(size=shape) * 10.0**exponent
    expected = by_singular_values(matrix)
    np.testing.assert_allclose(orthogonalize(matrix), expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("shape", SHAPES)
def test_it_is_near_the_orthogonal_factor(shape):
    """U Vᵀ has singular values of 1; the polynomial brings all that are not tiny near it."""
    left, _, right = np.linalg.svd(np.random.default_rng(0).normal(size=shape))
    rank = min(shape)
    matrix = left[:, :rank] @ np.diag(np.linspace(1.0, 0.2, rank)) @ right[:rank]
    found = np.linalg.svd(orthogonalize(matrix))[1]
    assert (found > 0.6).all() and (found < 1.3).all()


def test_no_gradient_no_step():
    matrix, gradient = np.ones((2, 3)), np.zeros((2, 3))
    after, momentum = muon.muon(matrix, gradient, Momentum(gradient), 0.1)
    np.testing.assert_array_equal(after, matrix)
    assert momentum.steps == 1


@pytest.mark.slow
@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize("shape", SHAPES)
def test_many_steps_are_those_of_optax(shape):
    rng, rate, decay = np.random.default_rng(1), 0.03, 0.1
    ours = start = rng.normal(size=shape)
    optimizer = optax.contrib.muon(rate, consistent_rms=0.2, weight_decay=decay)
    theirs, momentum = jnp.asarray(start), Momentum(np.zeros(shape))
    state, update = optimizer.init(theirs), jax.jit(optimizer.update)
    for _ in range(6):
        gradient = rng.normal(size=shape)
        updates, state = update(jnp.asarray(gradient), state, theirs)
        theirs = optax.apply_updates(theirs, updates)
        ours, momentum = muon.muon(ours, gradient, momentum, rate, weight_decay=decay)
        np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-7)
    assert np.abs(ours - start).max() > 0.01
