"""Runs a student's code in a process of its own, and receives the outcome of every call.

Answers, points and expected outcomes stay in this process: the student's code can only change what
it returns.
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

from zen_transformer.grading.calls import Outcome, unpack_outcome
from zen_transformer.grading.clock import Clock
from zen_transformer.grading.frames import read_frame, write_frame
from zen_transformer.grading.limits import Limits, uses_jax
from zen_transformer.grading.process import kill, site_folders, worker_process
from zen_transformer.grading.values import pack, plain

PACKAGES = ("numpy", "jax", "scipy")
"""Packages that a student may import, where they are installed."""

TICK = 0.05
"""Shortest wait in seconds before the clock is read again."""

KEPT = 2000
"""Bytes of printed text that are kept."""


@dataclass
class CallResults:
    """The results of all calls."""

    outcomes: list[Outcome] = field(default_factory=list)
    """Outcomes in the order of the calls; fewer than there are calls where the code ended early."""
    trouble: str = ""
    """Why the code did not run to the end, in words."""
    printed: str = ""
    seconds: float = 0.0
    """Seconds without the time of waiting for a core."""


def run(
    name: str,
    source: str,
    cases: list[tuple[Any, ...]],
    limits: Limits = Limits(),
    packages: tuple[str, ...] = PACKAGES,
) -> CallResults:
    """Call the function `name` of a source with every case; a crash is one of the results."""
    arrays: list[np.ndarray] = []
    sites, seconds = site_folders(packages), limits.seconds_for(source)
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
        return _Receiver(process, limits, seconds).receive(order, arrays)


class _Receiver:
    """Reads the answers and the printed text of the process, each in a thread of its own."""

    def __init__(self, process: subprocess.Popen, limits: Limits, seconds: float):
        self.process, self.limits, self.seconds = process, limits, seconds
        self.messages: queue.Queue[tuple[str, Any]] = queue.Queue()
        self.printed = bytearray()
        self.clock = Clock(process.pid)

    def receive(self, order: dict[str, Any], arrays: list[np.ndarray]) -> CallResults:
        """Send the order and collect the answers until the end, or until a limit."""
        readers = {
            self._read_answers: self.process.stdout,
            self._read_printed: self.process.stderr,
        }
        threads = [
            threading.Thread(target=read, args=[stream], daemon=True)
            for read, stream in readers.items()
        ]
        for thread in threads:
            thread.start()
        results = CallResults()
        assert self.process.stdin
        with suppress(BrokenPipeError), self.process.stdin as stream:  # it has printed why
            write_frame(stream, order, arrays)
        results.trouble = self._collect(results.outcomes, len(order["cases"]))
        results.seconds = self.clock.seconds
        kill(self.process)
        for thread in threads:
            thread.join(timeout=1)  # a process that got away may keep the pipes open
        results.printed = self.printed.decode("utf-8", "replace")
        return results

    def _read_answers(self, stream: IO[bytes]) -> None:
        left = self.limits.results
        try:
            while frame := read_frame(stream, left):
                fields, arrays = frame
                kind = fields["is"]
                left -= sum(array.nbytes for array in arrays)
                outcome = unpack_outcome(fields, arrays) if "error" in fields else None
                self.messages.put((kind, outcome))
            self.messages.put(("end", None))
        except (ValueError, TypeError, LookupError) as error:
            self.messages.put(("stop", f"what it returned cannot be read: {error}"))
        finally:
            stream.close()

    def _read_printed(self, stream: BufferedReader) -> None:
        size, limit = 0, self.limits.printed
        with stream:
            while size <= limit and (chunk := stream.read1(1 << 16)):
                size += len(chunk)
                self.printed += chunk[: KEPT - len(self.printed)]
        if size > limit:
            self.messages.put(("stop", f"it printed more than {limit:,} bytes"))

    def _collect(self, outcomes: list[Outcome], cases: int) -> str:
        """Append the outcomes as they come, and say why there are not more."""
        deadline = min(self.limits.start_seconds, self.limits.total)
        while len(outcomes) < cases:
            try:
                kind, outcome = self.messages.get(timeout=max(TICK, deadline - self.clock.seconds))
            except queue.Empty:
                if self.clock.seconds < deadline:
                    continue
                return self._too_long()
            if kind == "ready":
                deadline = min(self.clock.seconds + 2 * self.seconds, self.limits.total)
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
        """Explain why the process ended before it was told to."""
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
