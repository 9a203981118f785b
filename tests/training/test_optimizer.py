import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import nnx
from tiny import build, flat

import zen_transformer as zen
from zen_transformer.training.optimizer import (
    OptimizerConfig,
    decays,
    learning_rate_schedule,
    make_optimizer,
)


def rates(steps: int, **options) -> np.ndarray:
    schedule = learning_rate_schedule(OptimizerConfig(**options), steps)
    return np.array([schedule(step) for step in range(steps + 1)])


def test_up_to_the_peak_at_the_end_of_the_warmup_and_down_to_zero_at_the_last_step():
    expected = [0.0, 0.4, 0.8, 0.6, 0.4, 0.2, 0.0]
    np.testing.assert_allclose(rates(6, learning_rate=0.8, warmup=1 / 3), expected, atol=1e-7)


def test_without_warmup_the_first_step_has_the_peak():
    expected = [1.0, 0.75, 0.5, 0.25, 0.0]
    np.testing.assert_allclose(rates(4, learning_rate=1.0, warmup=0.0), expected, atol=1e-7)


def test_with_nothing_but_warmup_the_rate_only_rises():
    expected = [0.0, 0.25, 0.5, 0.75, 1.0]
    np.testing.assert_allclose(rates(4, learning_rate=1.0, warmup=1.0), expected, atol=1e-7)


def update(parameters, gradients, **options):
    """What the first step adds to the parameters."""
    defaults = {"learning_rate": 0.1, "warmup": 0.0, "weight_decay": 0.0}
    optimizer = make_optimizer(OptimizerConfig(**defaults | options), steps=10)
    updates, _ = optimizer.update(gradients, optimizer.init(parameters), parameters)
    return updates


def test_the_first_step_goes_by_the_sign_of_the_gradient():
    """m̂/√v̂ is g/|g| when there is only one g."""
    parameters = {"kernel": jnp.array([5.0, 5.0, 5.0])}
    step = update(parameters, {"kernel": jnp.array([0.3, -0.01, 0.0])})
    np.testing.assert_allclose(step["kernel"], [-0.1, 0.1, 0.0], rtol=1e-4)


def test_a_long_gradient_is_shortened_over_all_parameters_together():
    """‖(3, 4)‖ = 5 becomes 1. With ε = 1 the step is g/(|g| + 1), so that the length shows."""
    parameters = {"kernel": jnp.array([0.0]), "bias": jnp.array([0.0])}
    gradients = {"kernel": jnp.array([3.0]), "bias": jnp.array([4.0])}
    step = update(parameters, gradients, epsilon=1.0)
    np.testing.assert_allclose(step["kernel"], [-0.1 * 0.6 / 1.6], rtol=1e-5)
    np.testing.assert_allclose(step["bias"], [-0.1 * 0.8 / 1.8], rtol=1e-5)
    step = update(parameters, gradients, epsilon=1.0, max_grad_norm=5.5)
    np.testing.assert_allclose(step["bias"], [-0.1 * 4 / 5], rtol=1e-5)


def test_decay_is_decoupled_and_only_for_matrices():
    ones = {name: jnp.ones(1) for name in ("kernel", "table", "bias", "scale")}
    zeros = {name: jnp.zeros(1) for name in ones}
    step = update(ones, zeros, weight_decay=0.5)
    moved = {name: float(values[0]) for name, values in step.items()}
    assert moved == pytest.approx({"kernel": -0.05, "table": -0.05, "bias": 0.0, "scale": 0.0})


def test_no_bias_and_no_layer_norm_of_a_bert_decays():
    parameters = nnx.to_pure_dict(nnx.state(build(zen.BertForPreTraining)))
    decaying = {name for name, decay in flat(decays(parameters)).items() if decay}
    names = flat(parameters).keys()
    assert decaying == {name for name in names if name.endswith(("kernel", "table"))}
    assert "masked_lm_head.bias" in names - decaying
    assert "bert.embeddings.norm.scale" in names - decaying
    assert len(decaying) == 3 + 2 * 6 + 1 + 1 + 1  # tables, blocks, pooler, both heads


@pytest.mark.slow
@pytest.mark.usefixtures("float64")
def test_many_steps_are_those_of_torch(torch):
    """AdamW with its schedule, its clipping and its decay, for parameters of both kinds."""
    # Optax computes the schedule in float32, which holds these fractions exactly.
    steps, warmup = 10, 2
    start = {"kernel": np.array([[1.0, -2.0], [0.5, 3.0]]), "bias": np.array([0.5, -0.5])}
    sizes = np.logspace(-2, 2, steps)[:, None]
    gradients = sizes * np.random.default_rng(0).normal(size=(steps, 6))
    config = OptimizerConfig(learning_rate=0.125, warmup=warmup / steps, weight_decay=0.1)

    optimizer = make_optimizer(config, steps)
    ours = {name: jnp.asarray(values) for name, values in start.items()}
    state = optimizer.init(ours)
    theirs = {name: torch.tensor(values, requires_grad=True) for name, values in start.items()}
    adamw = torch.optim.AdamW(
        [
            {"params": [theirs["kernel"]], "weight_decay": 0.1},
            {"params": [theirs["bias"]], "weight_decay": 0.0},
        ],
        eps=1e-8,
    )
    for step, gradient in enumerate(gradients):
        split = {"kernel": gradient[:4].reshape(2, 2), "bias": gradient[4:]}
        updates, state = optimizer.update(
            {name: jnp.asarray(values) for name, values in split.items()}, state, ours
        )
        ours = optax.apply_updates(ours, updates)
        # torch's own clipping divides by the norm + 1e-6.
        shorter = min(1.0, 1.0 / np.linalg.norm(gradient))
        for name, tensor in theirs.items():
            tensor.grad = torch.tensor(split[name] * shorter)
        for group in adamw.param_groups:
            group["lr"] = 0.125 * min(step / warmup, (steps - step) / (steps - warmup))
        adamw.step()
    for name, tensor in theirs.items():
        np.testing.assert_allclose(ours[name], tensor.detach().numpy(), rtol=1e-12)
        assert np.abs(tensor.detach().numpy() - start[name]).max() > 0.1
