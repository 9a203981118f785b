"""Steps, one after the other."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Array, Key

from zen_transformer.errors import UserError
from zen_transformer.training.parallelism import OneDevice, Parallelism
from zen_transformer.training.step import Step, TrainState


class NotFiniteError(UserError):
    """A loss or a gradient that is infinite or no number, and the number of its step."""

    def __init__(self, name: str, value: float, step: int):
        super().__init__(f"the {name.replace('_', ' ')} is {value} in step {step}")
        self.step = step


class Progress(NamedTuple):
    """Where a training stands: `done` steps, the state after them, and the metrics' means
    over the steps since the last report, with `tokens_per_second` (real tokens). Where it was
    stopped between two reports, `unreported` has the metrics of each step since the last."""

    done: int
    state: TrainState
    metrics: dict[str, float]
    unreported: list[dict[str, Any]]


def run_steps(
    step: Step,
    state: TrainState,
    make_batch: Callable[[int], dict[str, np.ndarray]],
    steps: int,
    key: Key[Array, ""],
    report_every: int,
    parallelism: Parallelism = OneDevice(),
    *,
    unreported: Sequence[dict[str, Any]] = (),
    stop: Callable[[int], bool] = lambda index: False,
    watch: Callable[[int], AbstractContextManager] = lambda index: nullcontext(),
) -> Iterator[Progress]:
    """Run `step` from the state's own step up to `steps`, reporting now and then.

    `make_batch` gives the batch of a step's number, so a run that is resumed sees the same
    batches. The reported state is handed on to the next step, whose buffers replace it: use
    it before asking for the next report. Time spent between reports is not counted.

    Args:
        unreported: what the last report, of a run that was stopped, had under this name.
        stop: asked after each step, by its number; yes ends the run, with a last report.
        watch: what to be in during a step.

    Raises:
        NotFiniteError: a loss is not finite. It is noticed when the next report is due, so
            that no step waits for it; no state after it is ever reported.
    """
    compiled, start_at = parallelism.compile(step), int(state.step)
    state = parallelism.place_state(state)
    waiting: list[dict[str, Any]] = list(unreported)
    tokens, start = 0, time.perf_counter()
    for index in range(start_at, steps):
        batch = make_batch(index)
        placed = parallelism.place_batch(batch)
        with watch(index):
            state, metrics = compiled(state, placed, key)
        waiting.append(metrics)
        tokens += tokens_everywhere(batch, placed)
        due, stopped = (index + 1) % report_every == 0 or index + 1 == steps, stop(index)
        if due or stopped:
            rows = jax.device_get(waiting)
            check_finite(rows, index + 1 - len(rows))
            means = average(rows)
            means["tokens_per_second"] = tokens / (time.perf_counter() - start)
            yield Progress(index + 1, parallelism.unplace(state), means, [] if due else rows)
            waiting, tokens, start = [], 0, time.perf_counter()
        if stopped:
            return


def tokens_everywhere(batch: dict[str, np.ndarray], placed: dict[str, Array]) -> int:
    """Real tokens in the batch of all processes, taking the others' to have as many as ours."""
    ours = batch["attention_mask"]
    return int(ours.sum()) * placed["attention_mask"].size // ours.size


def check_finite(rows: list[dict[str, Any]], first_step: int) -> None:
    """Raise a `NotFiniteError` for the first of the steps in which something is not finite. The
    gradient tells one step before the loss does, while the state before is still good."""
    for step, row in enumerate(rows, first_step):
        for name in ("loss", "gradient_norm"):
            if not np.isfinite(row[name]):
                raise NotFiniteError(name, float(row[name]), step)


def average(rows: list[dict[str, Any]]) -> dict[str, float]:
    """The mean of every metric over some steps."""
    return {name: float(np.mean([row[name] for row in rows], dtype=float)) for name in rows[0]}


def evaluate(
    evaluation: Callable[..., dict[str, Any]],
    parameters: Any,
    batches: Iterable[dict[str, np.ndarray]],
    key: Key[Array, ""],
) -> dict[str, float]:
    """Means over all batches together: sums and weights are added up, then divided once."""
    totals: dict[str, np.ndarray] = {}
    for index, batch in enumerate(batches):
        sums = evaluation(parameters, batch, jax.random.fold_in(key, index))
        for name, pair in jax.device_get(sums).items():
            totals[name] = totals.get(name, 0.0) + np.array(pair, np.float64)
    return {name: float(total / max(weight, 1.0)) for name, (total, weight) in totals.items()}
