"""Runs a student's code in a process of its own, and hears what came of every call.

The answers, the tests' points and what is expected stay here: whatever the code does over there,
it can only change what it returns.
"""

import queue
import signal
import subprocess
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from io import BufferedReader
from typing import IO, Any

import numpy as np

from zen_transformer.grading.calls import Outcome, outcome_from
from zen_transformer.grading.clock import Clock
from zen_transformer.grading.frames import read_frame, write_frame
from zen_transformer.grading.limits import Limits, uses_jax
from zen_transformer.grading.process import kill, sites_of, worker_process
from zen_transformer.grading.values import pack, plain

PACKAGES = ("numpy", "jax", "scipy")
"""What a student may import, where it is installed."""

TICK = 0.05
"""Seconds after which the clock is read again, at least."""

KEPT = 2000
"""Bytes of what was printed that are shown."""


@dataclass
class Run:
    """What came of it."""

    outcomes: list[Outcome] = field(default_factory=list)
    """Of the calls in their order, as far as it came."""
    ended: str = ""
    """Why it did not come to the end, in words."""
    printed: str = ""
    seconds: float = 0.0
    """By its own clock."""


def run(
    name: str,
    source: str,
    cases: list[tuple[Any, ...]],
    limits: Limits = Limits(),
    packages: tuple[str, ...] = PACKAGES,
) -> Run:
    """Call the function `name` of a source with every case. Whatever that does, this returns."""
    arrays: list[np.ndarray] = []
    sites, seconds = sites_of(packages), limits.seconds_for(source)
    order = {
        "name": name,
        "source": source,
        "cases": [pack(plain(case), arrays) for case in cases],
        "jax": uses_jax(source),
        "packages": packages,
        "sites": sites,
        "seconds": seconds,
        "memory": limits.memory,
    }
    with worker_process(sites) as process:
        return _Listener(process, limits, seconds).hear(order, arrays)


class _Listener:
    """Hears what the process answers and what it prints, each in a thread of its own."""

    def __init__(self, process: subprocess.Popen, limits: Limits, seconds: float):
        self.process, self.limits, self.seconds = process, limits, seconds
        self.heard: queue.Queue[tuple[str, Any]] = queue.Queue()
        self.printed = bytearray()
        self.clock = Clock(process.pid)

    def hear(self, order: dict[str, Any], arrays: list[np.ndarray]) -> Run:
        """Everything until the end, or until a limit."""
        listeners = {
            self._hear_answers: self.process.stdout,
            self._hear_printed: self.process.stderr,
        }
        threads = [
            threading.Thread(target=listen, args=[stream], daemon=True)
            for listen, stream in listeners.items()
        ]
        for thread in threads:
            thread.start()
        found = Run()
        assert self.process.stdin
        with suppress(BrokenPipeError), self.process.stdin as stream:  # it has printed why
            write_frame(stream, order, arrays)
        found.ended = self._collect(found.outcomes, len(order["cases"]))
        found.seconds = self.clock.seconds
        kill(self.process)
        for thread in threads:
            thread.join(timeout=1)  # a process that got away may keep the pipes open
        found.printed = self.printed.decode("utf-8", "replace")
        return found

    def _hear_answers(self, stream: IO[bytes]) -> None:
        left = self.limits.results
        try:
            while frame := read_frame(stream, left):
                fields, arrays = frame
                kind = fields["is"]
                left -= sum(array.nbytes for array in arrays)
                outcome = outcome_from(fields, arrays) if "error" in fields else None
                self.heard.put((kind, outcome))
            self.heard.put(("end", None))
        except (ValueError, TypeError, LookupError) as error:
            self.heard.put(("stop", f"what it returned cannot be read: {error}"))
        finally:
            stream.close()

    def _hear_printed(self, stream: BufferedReader) -> None:
        size, limit = 0, self.limits.printed
        with stream:
            while size <= limit and (chunk := stream.read1(1 << 16)):
                size += len(chunk)
                self.printed += chunk[: KEPT - len(self.printed)]
        if size > limit:
            self.heard.put(("stop", f"it printed more than {limit:,} bytes"))

    def _collect(self, outcomes: list[Outcome], cases: int) -> str:
        """Take the outcomes in, and say why there are not more."""
        latest = min(self.limits.start_seconds, self.limits.total)
        while len(outcomes) < cases:
            try:
                kind, outcome = self.heard.get(timeout=max(TICK, latest - self.clock.seconds))
            except queue.Empty:
                if self.clock.seconds < latest:
                    continue
                return self._too_long()
            if kind == "ready":
                latest = min(self.clock.seconds + 2 * self.seconds, self.limits.total)
            elif kind == "outcome":
                outcomes.append(outcome)
            elif kind == "failed":
                return f"the file cannot be used: {outcome.raised}"
            elif kind == "stop":
                return outcome
            else:
                return self._exit()
        return ""

    def _exit(self) -> str:
        """What its end means that nobody asked for."""
        with suppress(subprocess.TimeoutExpired):  # it may only have shut its pipes
            self.process.wait(timeout=2 * self.seconds)
        status = self.process.poll()
        if status is None or status == -getattr(signal, "SIGXCPU", 0):
            return self._too_long()
        if status >= 0:
            return f"it ended its own process with status {status}: take exit() or os._exit() out"
        name = signal.Signals(-status).name
        return f"it crashed its process ({name}), as with endless recursion or too much memory"

    def _too_long(self) -> str:
        if self.clock.seconds >= self.limits.total:
            return "the time for the whole submission was used up"
        return f"it took longer than {self.seconds:g} seconds: is there a loop that does not end?"
