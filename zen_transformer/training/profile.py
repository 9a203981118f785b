"""Tracing some steps with JAX's profiler."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import jax

from zen_transformer.errors import UserError


def parse_steps(text: str | None) -> range:
    """Parse FIRST:LAST, both included; None is no steps.

    Raises:
        UserError: the text has another form.
    """
    if text is None:
        return range(0)
    first, _, last = text.partition(":")
    if not (first.isdecimal() and last.isdecimal() and int(first) <= int(last)):
        raise UserError(f"profile is {text}: give the first and the last step, as in 100:109")
    return range(int(first), int(last) + 1)


class Profile:
    """A context in which some steps are traced. The trace is written after the last of them, or at
    the end of the context if that comes before.

    Args:
        folder: where the trace is written.
        steps: numbers of the steps to trace.
    """

    def __init__(self, folder: Path, steps: range):
        self.folder, self.steps, self.running = folder, steps, False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self.running:
            self._stop()

    @contextmanager
    def step(self, index: int) -> Iterator[None]:
        """Trace a step, if it is one of those; a context for each step."""
        if index not in self.steps:
            yield
            return
        if not self.running:
            jax.profiler.start_trace(str(self.folder))
            self.running = True
        with jax.profiler.StepTraceAnnotation("step", step_num=index):
            yield
        if index == self.steps[-1]:
            self._stop()

    def _stop(self) -> None:
        for array in jax.live_arrays():  # work that is still running belongs to the trace
            array.block_until_ready()
        jax.profiler.stop_trace()
        self.running = False
