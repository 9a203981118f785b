"""A trace of some steps: what the machine does when, with JAX's profiler."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import jax

from zen_transformer.errors import UserError


def parse_steps(text: str | None) -> range:
    """The steps of FIRST:LAST, both of them included; none, if nothing is given.

    Raises:
        UserError: that cannot be read.
    """
    if text is None:
        return range(0)
    first, _, last = text.partition(":")
    if not (first.isdecimal() and last.isdecimal() and int(first) <= int(last)):
        raise UserError(f"profile is {text}: give the first and the last step, as in 100:109")
    return range(int(first), int(last) + 1)


class Profile:
    """Traces the steps asked for, and leaves the others alone. The trace is written after the last
    of them, or at the end of the block where there were fewer.

    Args:
        folder: where the trace goes.
        steps: which.
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
        """To be in during a step."""
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
        for array in jax.live_arrays():  # what is still being computed belongs to the trace
            array.block_until_ready()
        jax.profiler.stop_trace()
        self.running = False
