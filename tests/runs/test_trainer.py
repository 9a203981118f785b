"""What a report of the training says of it."""

from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from zen_transformer.runs.config import TrainingConfig
from zen_transformer.runs.trainer import Trainer
from zen_transformer.training.loop import Progress
from zen_transformer.training.optimizer import OptimizerConfig, make_optimizer
from zen_transformer.training.step import init_state, make_step


def test_the_learning_rate_is_that_of_the_last_step():
    job = SimpleNamespace(network=nnx.Linear(1, 1, rngs=nnx.Rngs(0)), flops=lambda step: 0)
    optimizer = OptimizerConfig(learning_rate=0.5, warmup=0.3, weight_decay=0.0, max_grad_norm=1e9)
    trainer = Trainer(job, TrainingConfig(steps=10, optimizer=optimizer), seed=0)
    bias = {"bias": jnp.zeros(1)}
    state, gradient = trainer.optimizer.init(bias), {"bias": jnp.ones(1)}
    for done in range(1, 11):
        # Adam's update is the learning rate itself, as long as the gradient stays the same.
        update, state = trainer.optimizer.update(gradient, state, bias)
        report = Progress(done, None, {"tokens_per_second": 1.0}, [])
        logged = trainer.metrics(report)["learning_rate"]
        assert logged == pytest.approx(-float(update["bias"][0]), rel=1e-4, abs=1e-6)


class Line:
    """Loss w² / 2 of one weight; counts how often it is traced."""

    def __init__(self):
        self.traced = 0

    def prepare(self, batch, keys):
        return batch

    def weights(self, batch):
        return {"loss": jnp.ones(())}

    def __call__(self, parameters, batch, keys):
        self.traced += 1
        return {"loss": (parameters["kernel"] ** 2 / 2, jnp.ones(()))}, {}


@pytest.mark.usefixtures("float64")
def test_trainings_of_different_length_and_rate_share_a_step_and_keep_their_schedules():
    """Each ends where the step with its schedule built in ends."""
    objective = Line()
    batch = {"attention_mask": np.ones((1, 1), np.int32)}
    job = SimpleNamespace(
        network=nnx.Linear(1, 1, rngs=nnx.Rngs(0)),
        objective=objective,
        examples=lambda step: 1,
        rows=lambda step, rows: batch,
    )
    placed, traced = jax.tree.map(jnp.asarray, batch), []
    for steps, rate, warmup, decay in ((4, 0.1, 0.5, 1.0), (9, 0.03, 0.0, 0.3), (3, 0.2, 0.4, 0.0)):
        config = OptimizerConfig(learning_rate=rate, warmup=warmup, decay=decay)
        trainer = Trainer(job, TrainingConfig(steps=steps, optimizer=config), seed=0)
        optimizer = make_optimizer(config, steps)
        state = built_in = init_state({"kernel": jnp.array(1.0)}, optimizer)
        for report in trainer.steps(jax.tree.map(jnp.array, state), steps):
            state = report.state
        traced.append(objective.traced)
        for _ in range(steps):
            built_in, _ = make_step(objective, optimizer)(built_in, placed, jax.random.key(0))
        assert int(state.step) == steps and float(state.parameters["kernel"]) < 1
        np.testing.assert_allclose(
            state.parameters["kernel"], built_in.parameters["kernel"], rtol=1e-12
        )
        objective.traced = 0
    assert traced[0] > 0 and traced[1:] == [0, 0]
