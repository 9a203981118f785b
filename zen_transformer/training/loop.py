"""The training loop: steps, one after the other, and a report now and then."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Array, Key

from zen_transformer.errors import UserError
from zen_transformer.training.parallelism import OneDevice, Parallelism
from zen_transformer.training.step import HostBatch, Step, TrainState


class NotFiniteError(UserError):
    """A loss or a gradient is infinite or not a number; `step` is the number of its step."""

    def __init__(self, name: str, value: float, step: int):
        super().__init__(f"the {name.replace('_', ' ')} is {value} in step {step}")
        self.step = step


class Progress(NamedTuple):
    """A report of the training loop."""

    done: int
    """Number of steps taken."""
    state: TrainState
    """The state after them."""
    metrics: dict[str, float]
    """Means over the steps since the last report, and `tokens_per_second`, padding not counted."""
    unreported: list[dict[str, Any]]
    """Where the loop was stopped between two reports, the metrics of each step since the last."""


def run_steps(
    step: Step,
    state: TrainState,
    make_batch: Callable[[int], HostBatch],
    steps: int,
    training: Any,
    report_every: int,
    parallelism: Parallelism = OneDevice(),
    *,
    unreported: Sequence[dict[str, Any]] = (),
    should_stop: Callable[[int], bool] = lambda step: False,
    step_context: Callable[[int], AbstractContextManager] = lambda step: nullcontext(),
) -> Iterator[Progress]:
    """Take steps from the state's step number up to `steps`, and yield reports.

    The state of a report is handed on to the next step, which uses its memory again: copy what is
    needed later before asking for the next report. Time spent between reports is not counted.

    Args:
        step: the training step, not compiled.
        state: the state to begin with.
        make_batch: makes the batch of a step from its number, so that a resumed training sees the
            same batches; in a process of several, its rows (`Parallelism.rows`).
        steps: number of steps of the whole training.
        training: what the step is given besides: the key of the training, from which each step
            derives its own, or a tree with it.
        report_every: number of steps from one report to the next.
        parallelism: how the step runs on the devices.
        unreported: `unreported` of the last report, if the training was stopped before.
        should_stop: called after each step with its number; True ends the loop, with a last report.
        step_context: given a step's number, makes the context in which the step runs, such as
            that of a profiler.

    Raises:
        NotFiniteError: a loss or a gradient is not finite. It is noticed when the next report is
            due, so that no step waits for it; no state after it is ever reported.
    """
    compiled, start_at = parallelism.compile(step), int(state.step)
    state = parallelism.place_state(state)
    pending: list[dict[str, Any]] = list(unreported)
    tokens, start = 0, time.perf_counter()
    for index in range(start_at, steps):
        batch = make_batch(index)
        placed = parallelism.place_batch(batch)
        with step_context(index):
            state, metrics = compiled(state, placed, training)
        pending.append(metrics)
        tokens += tokens_everywhere(batch, placed)
        due, stopped = (index + 1) % report_every == 0 or index + 1 == steps, should_stop(index)
        if due or stopped:
            rows = jax.device_get(pending)
            check_finite(rows, index + 1 - len(rows))
            means = average(rows)
            means["tokens_per_second"] = tokens / (time.perf_counter() - start)
            yield Progress(index + 1, parallelism.unplace(state), means, [] if due else rows)
            pending, tokens, start = [], 0, time.perf_counter()
        if stopped:
            return


def tokens_everywhere(batch: HostBatch, placed: dict[str, Array]) -> int:
    """Count the tokens of the batch of all processes without padding, as if the other processes
    had as many as this one."""
    mask = batch["attention_mask"]
    return int(mask.sum()) * placed["attention_mask"].size // mask.size


def check_finite(rows: list[dict[str, Any]], first_step: int) -> None:
    """Raise `NotFiniteError` for the first step whose loss or gradient is not finite. The gradient
    shows it one step before the loss does, while the state before is still good."""
    for step, row in enumerate(rows, first_step):
        for name in ("loss", "gradient_norm"):
            if not np.isfinite(row[name]):
                raise NotFiniteError(name, float(row[name]), step)


def average(rows: list[dict[str, Any]]) -> dict[str, float]:
    """Compute the mean of every metric over some steps."""
    return {name: float(np.mean([row[name] for row in rows], dtype=float)) for name in rows[0]}


def evaluate(
    evaluation: Callable[..., dict[str, Any]],
    parameters: Any,
    batches: Iterable[HostBatch],
    key: Key[Array, ""],
) -> dict[str, float]:
    """Compute the mean losses and metrics of all batches: their sums over their weights.

    Args:
        evaluation: what `make_evaluation` returned, compiled.
        parameters: the model's.
        batches: each gets a key of its own.
        key: for what is random about the data.
    """
    totals: HostBatch = {}
    for index, batch in enumerate(batches):
        sums = evaluation(parameters, batch, jax.random.fold_in(key, index))
        for name, pair in jax.device_get(sums).items():
            totals[name] = totals.get(name, 0.0) + np.array(pair, np.float64)
    return {name: float(total / max(weight, 1.0)) for name, (total, weight) in totals.items()}
