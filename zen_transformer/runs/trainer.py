"""Training one model: its steps, what is measured on the way, and what may go wrong."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx
from jaxtyping import Array, Key

from zen_transformer.errors import UserError
from zen_transformer.files import atomic_write
from zen_transformer.inspection.not_finite import first_not_finite
from zen_transformer.layers.attention import MultiHeadAttention
from zen_transformer.models.stack import Stack
from zen_transformer.printing import print
from zen_transformer.runs.config import ComputeConfig, TrainingConfig
from zen_transformer.runs.console import machine, show_progress
from zen_transformer.runs.execution import ExecutionConfig, is_first
from zen_transformer.runs.folder import RunFolder
from zen_transformer.runs.job import Batch, Job
from zen_transformer.runs.shutdown import StopAfterStep
from zen_transformer.training.checkpointing import Checkpoints
from zen_transformer.training.loop import NotFiniteError, Progress, run_steps
from zen_transformer.training.optimizer import (
    Schedule,
    learning_rate_schedule,
    scheduled_optimizer,
)
from zen_transformer.training.parallelism import OneDevice, Parallelism, gathered
from zen_transformer.training.step import (
    Step,
    TrainState,
    cast,
    example_keys,
    init_state,
    make_step,
    step_keys,
)
from zen_transformer.training.throughput import peak_gigabytes, peak_rate


class Stage(NamedTuple):
    """Where a training belongs in its run."""

    name: str = "training"
    """Of its lines in the metrics."""
    folder: str = ""
    """Of its checkpoints, inside those of the run."""
    options: str = ""
    """What stands before the names of its options on the command line, such as "pretraining."."""
    title: str = ""
    """Of its progress bar; the name, if not given."""


class Trainer:
    """Trains the model of a job.

    Args:
        job: the model, its batches and its objective.
        config: how it is trained.
        seed: of batches and dropout.
        parallelism: how the step runs on the devices.
        stage: where in the run's folder metrics and checkpoints go.
    """

    def __init__(
        self,
        job: Job,
        config: TrainingConfig,
        seed: int,
        parallelism: Parallelism = OneDevice(),
        stage: Stage = Stage(),
    ):
        self.job, self.config, self.seed = job, config, seed
        self.parallelism, self.stage = parallelism, stage
        self.compute_dtype = jnp.bfloat16 if config.bfloat16 else None
        self.optimizer = scheduled_optimizer(config.optimizer, self.schedule, "leaf_by_leaf")
        for _, module in nnx.iter_modules(job.network):
            if isinstance(module, Stack):
                module.rematerialize = config.rematerialize
            if isinstance(module, MultiHeadAttention):
                module.implementation = config.attention

    # Training

    def train(self, run: RunFolder, execution: ExecutionConfig = ExecutionConfig()) -> None:
        """Take all the steps that are left after the newest checkpoint; the job's network then has
        the trained parameters."""
        checkpoints = self.checkpoints(run)
        state = checkpoints.restore(self.initial_state())
        if state.step > 0:
            print(f"going on from step {int(state.step):,}")
        run.keep_rows(self.stage.name, int(state.step))
        with StopAfterStep() as shutdown, execution.profiler(run) as profile:
            reports = self.steps(
                state,
                self.config.steps,
                unreported=checkpoints.unreported(),
                should_stop=shutdown.requested,
                step_context=profile.step,
            )
            try:
                state = self.follow(reports, run, checkpoints, shutdown) or state
            except NotFiniteError as error:
                raise self.explained(error, run, checkpoints, execution.debug_nans) from error
        nnx.update(self.job.network, gathered(state.parameters))

    def checkpoints(self, run: RunFolder) -> Checkpoints:
        """The states of this training in a run's folder."""
        return Checkpoints(run.checkpoints / self.stage.folder, self.config.keep_checkpoints)

    def initial_state(self) -> TrainState:
        """The state before the first step; a copy, whose memory the steps may use."""
        parameters = jax.tree.map(jnp.array, self.job.parameters())
        return init_state(parameters, self.optimizer, trainable=self.config.is_trainable)

    def steps(self, state: TrainState, until: int, **options: Any) -> Iterator[Progress]:
        """Reports of the steps up to one."""
        step = shared_step(
            ById(self.job.objective), without_schedule(self.config), self.parallelism.axis
        )
        training = Training(jax.random.key(self.seed), self.schedule)
        every = self.config.report_every
        return run_steps(
            step, state, self.batch, until, training, every, self.parallelism, **options
        )

    def follow(
        self,
        reports: Iterator[Progress],
        run: RunFolder,
        checkpoints: Checkpoints,
        shutdown: StopAfterStep,
    ) -> TrainState | None:
        """Measure, log and save, report by report; the last state."""
        config, state, stage = self.config, None, self.stage.name
        before = max((row["seconds"] for row in run.rows(stage)), default=0.0)
        started = time.perf_counter()
        title = self.stage.title or stage
        for report in show_progress(reports, config.steps, title, self.job.progress):
            state, number = report.state, report.done // config.report_every
            last = report.done == config.steps
            if report.unreported:  # stopped between two reports
                checkpoints.save(state, report.unreported)
                break
            metrics = self.metrics(report)
            if number % 10 == 0 or last:
                step = report.done - 1
                measured = self.job.measure_on_the_way(state.parameters, step)
                metrics |= {f"held_out_{name}": value for name, value in measured.items()}
                if self.job.losses:
                    loss = sum(measured[name] for name in self.job.losses)
                    checkpoints.save_best(state, loss, self.job.measured_on(step))
            metrics["seconds"] = before + time.perf_counter() - started
            run.log(stage, report.done, metrics)
            if number % config.save_every == 0 or last or shutdown.stopped:
                checkpoints.save(state)
        return state

    def batch(self, step: int) -> Batch:
        """What this process has to bring of the batch of a step."""
        return self.job.rows(step, self.parallelism.rows(self.job.examples(step)))

    def whole_batch(self, step: int) -> Batch:
        """What all processes bring together."""
        return self.job.rows(step, range(self.job.examples(step)))

    # When a number is not finite

    def explained(
        self, error: NotFiniteError, run: RunFolder, checkpoints: Checkpoints, hunt: bool
    ) -> UserError:
        """The error with what a person needs to look into it: the batch, where to go on and, if
        that was asked for, the layer."""
        number = f"{self.stage.folder.replace('/', '-')}-{error.step}".lstrip("-")
        path = run.path / f"not-finite-batch-{number}.npz"
        if is_first():
            with atomic_write(path) as temporary, temporary.open("wb") as file:
                np.savez(file, allow_pickle=False, **self.whole_batch(error.step))
        newest = checkpoints.newest()
        where = f"the last good checkpoint is {newest}" if newest else "there is no checkpoint yet"
        layer = f", first in {self.culprit(error.step, checkpoints)}" if hunt else ""
        hint = "" if hunt else "--debug-nans names the layer, or "
        option = f"--{self.stage.options}optimizer.learning-rate"
        return UserError(
            f"{error}{layer}; its batch is in {path}, {where}: {hint}try a lower {option} in a new "
            "run"
        )

    def culprit(self, bad_step: int, checkpoints: Checkpoints) -> str:
        """What is not finite first in a step: the steps since the last checkpoint are taken once
        more, since they come out the same, and that one is looked at from inside."""
        state = checkpoints.restore(self.initial_state())
        for report in self.steps(state, bad_step):
            state = report.state
        keys = step_keys(jax.random.key(self.seed), state.step)
        batch = {name: jnp.asarray(values) for name, values in self.whole_batch(bad_step).items()}
        data_keys, dropout_keys = (example_keys(key, batch) for key in keys)
        objective: Any = self.job.objective
        prepared = objective.prepare(batch, data_keys)
        parameters = cast(gathered(state.parameters), self.compute_dtype)

        def loss(parameters):
            losses, _ = objective(parameters, prepared, dropout_keys)
            return sum(pair.sum for pair in losses.values())

        network = nnx.merge(objective.graph, parameters)
        inputs = objective.inputs(prepared) | {"key": dropout_keys}
        return first_not_finite(network, parameters, inputs, loss)

    # Measuring

    def metrics(self, report: Progress) -> dict[str, Any]:
        """What a line of the metrics says besides held-out figures."""
        step = report.done - 1  # the last one that was taken; the first step is 0
        rate = report.metrics["tokens_per_second"] * self.job.flops(step)
        peak = peak_rate() if rate else None
        return report.metrics | {
            "learning_rate": float(self.schedule(step)),
            "mfu": None if peak is None else rate / peak,
            "memory_gigabytes": peak_gigabytes(),
        }

    def facts(self, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """What a summary says of the training itself, whose lines of metrics these are."""
        return {
            "parameters": sum(x.size for x in jax.tree.leaves(self.job.parameters())),
            "steps": self.config.steps,
            "tokens_per_second": float(np.median([row["tokens_per_second"] for row in rows])),
            "training_seconds": rows[-1]["seconds"],
            "machine": machine(),
        }

    @cached_property
    def schedule(self) -> Schedule:
        """The learning rate at each step."""
        return learning_rate_schedule(self.config.optimizer, self.config.steps)


class ById:
    """Something that is equal to itself alone."""

    def __init__(self, value: Any):
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ById) and self.value is other.value

    def __hash__(self) -> int:
        return id(self.value)


class Training(NamedTuple):
    """What a compiled step is told of the training that it belongs to."""

    key: Key[Array, ""]
    """Of all that is random in it."""
    schedule: Schedule
    """Its learning rate at each step."""


def without_schedule(config: TrainingConfig) -> ComputeConfig:
    """What of the settings a step is compiled for: all but what `Training` tells it."""
    computed = {field.name: getattr(config, field.name) for field in fields(ComputeConfig)}
    optimizer = replace(config.optimizer, learning_rate=0.0, warmup=0.0, decay=0.0)
    return ComputeConfig(**computed | {"optimizer": optimizer})


@lru_cache(maxsize=8)
def shared_step(objective: ById, config: ComputeConfig, axis: str | None) -> Step:
    """The step of an objective: trainings that differ in their seed, their schedule, their data or
    where they start from share it, so that it is compiled once."""

    def step(state: TrainState, batch: Any, training: Training):
        optimizer = scheduled_optimizer(config.optimizer, training.schedule, "leaf_by_leaf")
        take = make_step(
            objective.value,
            optimizer,
            microbatches=config.microbatches,
            axis=axis,
            compute_dtype=jnp.bfloat16 if config.bfloat16 else None,
            trainable=config.is_trainable,
        )
        return take(state, batch, training.key)

    return step
