import jax
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny import flat

from zen_transformer.numpy_nn import optimizer as textbook
from zen_transformer.training.optimizer import (
    OptimizerConfig,
    learning_rate_schedule,
    make_optimizer,
)

CONFIG = OptimizerConfig(learning_rate=0.1, warmup=0.25, weight_decay=0.2, max_grad_norm=1.5)


def weights(seed: int) -> dict:
    rng = np.random.default_rng(seed)
    return {
        "layers": {0: {"kernel": rng.normal(size=(3, 2)), "bias": rng.normal(size=2)}},
        "norm": {"scale": rng.normal(size=2)},
        "token": {"table": rng.normal(size=(4, 2))},
    }


def test_two_steps_by_hand():
    """Without decay and clipping the first step has length η whatever the gradient; θ = 1."""
    config = OptimizerConfig(learning_rate=0.5, warmup=0.0, weight_decay=0.0, epsilon=0.0)
    theta, moments = {"bias": np.ones(1)}, textbook.init_moments({"bias": np.ones(1)})
    theta, moments = textbook.adamw(theta, {"bias": np.array([0.3])}, moments, 0, 2, config)
    assert theta["bias"] == pytest.approx(0.5)
    # η is half now; m̂ = (0.9 · 0.03 + 0.1 · 0)/(1 − 0.81), v̂ likewise.
    theta, _ = textbook.adamw(theta, {"bias": np.zeros(1)}, moments, 1, 2, config)
    mean, square = 0.027 / 0.19, 0.999 * 0.001 * 0.09 / (1 - 0.999**2)
    assert theta["bias"] == pytest.approx(0.5 - 0.25 * mean / np.sqrt(square))


@pytest.mark.slow
@pytest.mark.usefixtures("float64")
def test_as_optax_over_many_steps():
    steps = 30
    ours = theirs = weights(0)
    moments, chain = textbook.init_moments(ours), make_optimizer(CONFIG, steps)
    state = chain.init(theirs)
    for step in range(steps):
        gradient = weights(step + 1)
        ours, moments = textbook.adamw(ours, gradient, moments, step, steps, CONFIG)
        updates, state = chain.update(gradient, state, theirs)
        theirs = jax.tree.map(np.add, theirs, jax.device_get(updates))
    for name, expected in flat(theirs).items():
        np.testing.assert_allclose(flat(ours)[name], expected, rtol=1e-11, atol=1e-13)


@given(st.integers(1, 40), st.floats(0, 1), st.floats(0, 1))
def test_the_schedule_is_that_of_optax(steps, warmup, decay):
    config = OptimizerConfig(warmup=warmup, decay=decay)
    theirs = learning_rate_schedule(config, steps)
    for step in range(steps + 2):
        ours = textbook.learning_rate(step, steps, config)
        assert ours == pytest.approx(float(theirs(step)), rel=1e-5, abs=1e-9)


def test_a_long_gradient_keeps_its_direction_and_a_short_one_everything():
    gradient = {"a": np.array([3.0]), "b": {"c": np.array([4.0])}}
    clipped = textbook.clip_by_global_norm(gradient, 1.0)
    assert (clipped["a"][0], clipped["b"]["c"][0]) == pytest.approx((0.6, 0.8))
    assert textbook.clip_by_global_norm(gradient, 5.0) is gradient


def test_only_matrices_decay():
    assert textbook.decays(weights(0)) == {
        "layers": {0: {"kernel": True, "bias": False}},
        "norm": {"scale": False},
        "token": {"table": True},
    }
