"""Shutting down without losing a step."""

import signal
import threading
from types import FrameType, TracebackType
from typing import Self

import jax
from jax.experimental import multihost_utils

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class StopAfterStep:
    """While it is entered, Ctrl-C or SIGTERM is noted, so that the step can be finished and its
    state kept; a second one takes effect at once. Where several processes share a run, a SIGTERM to
    any of them (preemption) stops all of them after the same step."""

    def __init__(self):
        self.number: int | None = None
        self.agreed = False

    def __enter__(self) -> Self:
        self.before = {}
        if jax.process_count() == 1 and threading.current_thread() is threading.main_thread():
            self.before = {number: signal.signal(number, self._note) for number in SIGNALS}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._restore()
        if kind is None and self.number is not None:
            signal.raise_signal(self.number)
        if kind is None and self.agreed:
            raise KeyboardInterrupt

    @property
    def stopped(self) -> bool:
        """Whether the last step was to be the last."""
        return self.agreed or self.number is not None

    def requested(self, step: int) -> bool:
        """Whether to stop after this step."""
        if jax.process_count() > 1:
            self.agreed = multihost_utils.reached_preemption_sync_point(step)
        return self.stopped

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.number is not None:
            self._restore()
            signal.raise_signal(number)
        self.number = number

    def _restore(self) -> None:
        for number, handler in self.before.items():
            signal.signal(number, handler)
