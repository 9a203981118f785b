from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from flax import nnx
from tiny import build, flat

import zen_transformer as zen
from zen_transformer.numpy_nn import optimizer as textbook
from zen_transformer.numpy_nn.muon import Momentum, muon
from zen_transformer.training.optimizer import (
    OptimizerConfig,
    decays,
    learning_rate_schedule,
    make_optimizer,
    updated_by,
)
from zen_transformer.training.step import partition_parameters


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


def test_the_rate_stays_at_its_peak_until_the_decay():
    expected = [0.0, 0.5, 1.0, 1.0, 1.0, 0.5, 0.0]
    held = rates(6, learning_rate=1.0, warmup=1 / 3, decay=1 / 3)
    np.testing.assert_allclose(held, expected, atol=1e-7)


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


@pytest.mark.usefixtures("float64")
def test_leaf_by_leaf_is_the_same_update_of_the_same_state():
    """A gradient that is clipped and one that is not, and a parameter that is not trained."""
    config = OptimizerConfig(learning_rate=0.1, warmup=0.5, weight_decay=0.1)
    composed, leafwise = (make_optimizer(config, 4, name) for name in ("optax", "leaf_by_leaf"))
    rng = np.random.default_rng(0)

    def draw(size):
        arrays = {name: jnp.asarray(size * rng.normal(size=3)) for name in ("kernel", "bias")}
        return {"layer": arrays, "frozen": None}

    parameters = draw(1.0)
    first = state = composed.init(parameters)
    for size in (10.0, 0.01, 0.1):
        gradient = draw(size)
        expected, first = composed.update(gradient, first, parameters)
        updates, state = leafwise.update(gradient, state, parameters)
        assert jax.tree.structure((updates, state)) == jax.tree.structure((expected, first))
        for ours, theirs in zip(
            jax.tree.leaves((updates, state)), jax.tree.leaves((expected, first)), strict=True
        ):
            assert ours.dtype == theirs.dtype
            np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-12)


def test_no_bias_and_no_layer_norm_of_a_bert_decays():
    parameters = nnx.to_pure_dict(nnx.state(build(zen.BertForPreTraining)))
    decaying = {name for name, decay in flat(decays(parameters)).items() if decay}
    names = flat(parameters).keys()
    assert decaying == {name for name in names if name.endswith(("kernel", "table"))}
    assert "masked_lm_head.bias" in names - decaying
    assert "bert.embeddings.norm.scale" in names - decaying
    assert len(decaying) == 3 + 2 * 6 + 1 + 1 + 1  # tables, blocks, pooler, both heads


def test_muon_updates_the_matrices_of_the_blocks_alone():
    parameters = nnx.to_pure_dict(nnx.state(build(zen.BertForPreTraining)))
    chosen = {name for name, by in flat(updated_by(parameters)).items() if by == "muon"}
    blocks = {name for name in flat(parameters) if ".layers." in name}
    assert chosen == {name for name in blocks if name.endswith("kernel")}
    assert len(chosen) == 2 * 6


@pytest.mark.slow
@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize("trainable", [None, "layers/0", "embeddings"])
def test_muon_is_that_of_the_textbook_and_leaves_adamw_to_the_others(trainable):
    """With frozen parameters, too, of which there may be all of one optimizer."""
    shape = {"kernel": (3, 5), "bias": (5,)}
    rng = np.random.default_rng(0)
    start = {
        "layers": {n: {k: rng.normal(size=s) for k, s in shape.items()} for n in (0, 1)},
        "embeddings": {"table": rng.normal(size=(4, 3))},
    }
    options = {"learning_rate": 0.125, "warmup": 0.0, "weight_decay": 0.1, "max_grad_norm": 1e9}
    config = OptimizerConfig(name="muon", **options)
    optimizer = make_optimizer(config, 8)
    chosen = None if trainable is None else lambda name: trainable in name
    trained, _ = partition_parameters(jax.tree.map(jnp.asarray, start), chosen)
    ours, state = trained, optimizer.init(trained)
    theirs, moments = start, textbook.init_moments(start)
    matrices = {n: start["layers"][n]["kernel"] for n in (0, 1)}
    averages = {n: Momentum(np.zeros((3, 5))) for n in (0, 1)}
    for step in range(4):
        gradient = jax.tree.map(lambda x: rng.normal(size=x.shape), start)
        only, _ = partition_parameters(gradient, chosen)
        updates, state = optimizer.update(only, state, ours)
        ours = optax.apply_updates(ours, updates)
        theirs, moments = textbook.adamw(
            theirs, gradient, moments, step, 8, OptimizerConfig(**options)
        )
        rate = textbook.learning_rate(step, 8, config)
        for n, matrix in matrices.items():
            one = gradient["layers"][n]["kernel"]
            matrices[n], averages[n] = muon(matrix, one, averages[n], rate, weight_decay=0.1)
    for n, matrix in matrices.items():
        theirs["layers"][n]["kernel"] = matrix
    expected, _ = partition_parameters(theirs, chosen)
    jax.tree.map(partial(np.testing.assert_allclose, rtol=1e-6, atol=1e-7), ours, expected)


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
