"""What a report of the training says of it."""

from types import SimpleNamespace

import jax.numpy as jnp
import pytest
from flax import nnx

from zen_transformer.runs.config import TrainingConfig
from zen_transformer.runs.trainer import Trainer
from zen_transformer.training.loop import Progress
from zen_transformer.training.optimizer import OptimizerConfig


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
