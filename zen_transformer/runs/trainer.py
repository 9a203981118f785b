"""Training one model: its steps, what is measured on the way, and what may go wrong."""

import time
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, Protocol

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from zen_transformer.errors import UserError
from zen_transformer.files import atomic_write
from zen_transformer.inspection.not_finite import first_not_finite
from zen_transformer.layers.attention import MultiHeadAttention
from zen_transformer.models.stack import Stack
from zen_transformer.runs.console import machine, show_progress
from zen_transformer.runs.folder import RunFolder
from zen_transformer.runs.execution import ExecutionConfig, is_first
from zen_transformer.tasks.settings import TrainingConfig
from zen_transformer.runs.shutdown import StopAfterStep
from zen_transformer.training.loop import NotFiniteError, Progress, run_steps
from zen_transformer.training.optimizer import learning_rate_schedule, make_optimizer
from zen_transformer.training.parallelism import Parallelism, gathered
from zen_transformer.training.throughput import peak_gigabytes, peak_rate
from zen_transformer.training.checkpointing import Checkpoints
from zen_transformer.training.step import (
    TrainState,
    cast,
    example_keys,
    init_state,
    make_step,
    step_keys,
)

STAGE = "pretraining"


class Job(Protocol):
    """What is trained, on what, and how it is measured on the way."""

    network: Any
    """The model, whose parameters are trained."""
    objective: Any
    """What is learnt (`training.step.Objective`), with the model's `graph` and `inputs`."""
    losses: tuple[str, ...]
    """Which of the held-out figures add up to the loss."""

    def examples(self, step: int) -> int:
        """Rows in the batch of a step."""
        ...

    def rows(self, step: int, rows: Sequence[int]) -> dict[str, np.ndarray]:
        """These rows of the batch of a step."""
        ...

    def operations(self, step: int) -> float:
        """The matrix products' for each token of a step, in both directions."""
        ...

    def measure_on_the_way(self, parameters: Any, step: int) -> dict[str, float]:
        """A few held-out figures, after a step."""
        ...

    def measured_on(self, step: int) -> str:
        """On what, in words: figures of different steps compare where this is the same."""
        ...


class Trainer:
    """Trains the model of a job."""

    def __init__(self, job: Job, config: TrainingConfig, seed: int, parallelism: Parallelism):
        self.job, self.config, self.seed, self.parallelism = job, config, seed, parallelism
        self.compute_dtype = jnp.bfloat16 if config.bfloat16 else None
        self.optimizer = make_optimizer(config.optimizer, config.steps)
        for _, module in nnx.iter_modules(job.network):
            if isinstance(module, Stack):
                module.rematerialize = config.rematerialize
            if isinstance(module, MultiHeadAttention):
                module.implementation = config.attention

    # Training

    def train(self, run: RunFolder, execution: ExecutionConfig) -> None:
        """All the steps that are left after the newest checkpoint."""
        checkpoints = Checkpoints(run.checkpoints, self.config.keep_checkpoints)
        state = checkpoints.restore(self.state_before())
        if state.step > 0:
            print(f"going on from step {int(state.step):,}")
        run.keep_rows(STAGE, int(state.step))
        with StopAfterStep() as stopping, execution.profiler(run) as profile:
            reports = self.steps(
                state,
                self.config.steps,
                unreported=checkpoints.unreported(),
                stop=stopping.asked,
                watch=profile.step,
            )
            try:
                state = self.follow(reports, run, checkpoints, stopping) or state
            except NotFiniteError as error:
                raise self.explained(error, run, checkpoints, execution.debug_nans) from error
        nnx.update(self.job.network, gathered(state.parameters))

    def state_before(self) -> TrainState:
        """The state before the first step; a copy, whose memory the steps may use."""
        return init_state(jax.tree.map(jnp.array, self.parameters()), self.optimizer)

    def steps(self, state: TrainState, until: int, **options: Any) -> Iterator[Progress]:
        """Reports of the steps up to one."""
        step = make_step(
            self.job.objective,
            self.optimizer,
            microbatches=self.config.microbatches,
            axis=self.parallelism.axis,
            compute_dtype=self.compute_dtype,
        )
        key = jax.random.key(self.seed)
        every = self.config.report_every
        return run_steps(step, state, self.batch, until, key, every, self.parallelism, **options)

    def follow(
        self,
        reports: Iterator[Progress],
        run: RunFolder,
        checkpoints: Checkpoints,
        stopping: StopAfterStep,
    ) -> TrainState | None:
        """Measure, log and save, report by report; the last state."""
        config, state = self.config, None
        before = max((row["seconds"] for row in run.rows(STAGE)), default=0.0)
        started = time.perf_counter()
        for report in show_progress(reports, config.steps, STAGE):
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
                loss = sum(measured[name] for name in self.job.losses)
                checkpoints.save_best(state, loss, self.job.measured_on(step))
            metrics["seconds"] = before + time.perf_counter() - started
            run.log(STAGE, report.done, metrics)
            if number % config.save_every == 0 or last or stopping.stopped:
                checkpoints.save(state)
        return state

    def batch(self, step: int) -> dict[str, np.ndarray]:
        """What this process has to bring of the batch of a step."""
        return self.job.rows(step, self.parallelism.rows(self.job.examples(step)))

    def whole_batch(self, step: int) -> dict[str, np.ndarray]:
        """What all of them bring."""
        return self.job.rows(step, range(self.job.examples(step)))

    # When a number is not finite

    def explained(
        self, error: NotFiniteError, run: RunFolder, checkpoints: Checkpoints, hunt: bool
    ) -> UserError:
        """The same with what a person needs to look into it: the batch, where to go on and, if
        that was asked for, the layer."""
        path = run.path / f"not-finite-batch-{error.step}.npz"
        if is_first():
            with atomic_write(path) as temporary, temporary.open("wb") as file:
                np.savez(file, allow_pickle=False, **self.whole_batch(error.step))
        newest = checkpoints.newest()
        where = f"the last good checkpoint is {newest}" if newest else "there is no checkpoint yet"
        layer = f", first in {self.culprit(error.step, checkpoints)}" if hunt else ""
        hint = "" if hunt else "--debug-nans names the layer, or "
        return UserError(
            f"{error}{layer}; its batch is in {path}, {where}: {hint}try a lower "
            "pretraining.optimizer.learning-rate in a new run"
        )

    def culprit(self, bad_step: int, checkpoints: Checkpoints) -> str:
        """What is not finite first in a step: the steps since the last checkpoint are gone through
        once more, since they come out the same, and that one is looked at from inside."""
        state = checkpoints.restore(self.state_before())
        for report in self.steps(state, bad_step):
            state = report.state
        keys = step_keys(jax.random.key(self.seed), state.step)
        batch = {name: jnp.asarray(values) for name, values in self.whole_batch(bad_step).items()}
        data_keys, dropout_keys = (example_keys(key, batch) for key in keys)
        prepared = self.job.objective.prepare(batch, data_keys)
        parameters = cast(gathered(state.parameters), self.compute_dtype)

        def loss(parameters):
            losses, _ = self.job.objective(parameters, prepared, dropout_keys)
            return sum(pair.sum for pair in losses.values())

        network = nnx.merge(self.job.objective.graph, parameters)
        inputs = self.job.objective.inputs(prepared) | {"key": dropout_keys}
        return first_not_finite(network, parameters, inputs, loss)

    # Measuring

    def metrics(self, report: Progress) -> dict[str, Any]:
        """What a line of the metrics says besides held-out figures."""
        rate = report.metrics["tokens_per_second"] * self.job.operations(report.done - 1)
        peak = peak_rate()
        return report.metrics | {
            "learning_rate": float(self.schedule(report.done)),
            "mfu": None if peak is None else rate / peak,
            "memory_gigabytes": peak_gigabytes(),
        }

    def facts(self, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """What a summary says of the training itself, whose lines of metrics these are."""
        return {
            "parameters": sum(x.size for x in jax.tree.leaves(self.parameters())),
            "steps": self.config.steps,
            "tokens_per_second": float(np.median([row["tokens_per_second"] for row in rows])),
            "pretraining_seconds": rows[-1]["seconds"],
            "machine": machine(),
        }

    @cached_property
    def schedule(self) -> Any:
        """The learning rate at each step."""
        return learning_rate_schedule(self.config.optimizer, self.config.steps)

    def parameters(self) -> Any:
        """The network's parameters as a nested dict."""
        return nnx.to_pure_dict(nnx.state(self.job.network))
