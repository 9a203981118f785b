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
from zen_transformer.grading.fence import BINDINGS
from zen_transformer.grading.frames import read_frame, write_frame
from zen_transformer.grading.limits import Limits, uses_jax
from zen_transformer.grading.process import kill, site_folders, worker_process
from zen_transformer.grading.values import pack, plain

PACKAGES = ("numpy", "jax", "scipy")
"""Packages that a student may import, where they are installed."""

CRASHES = ("SIGSEGV", "SIGABRT", "SIGBUS", "SIGKILL")
"""Signals that end a process which recurses without end or takes too much memory."""

FORGED = "it wrote to the grader in place of returning a result, so nothing that it sent counts"

TICK = 0.05
"""Shortest wait in seconds before the clock is read again."""

KEPT = 2000
"""Bytes of printed text that are kept."""


@dataclass
class CallResults:
    """The results of all calls."""

    outcomes: list[Outcome | None] = field(default_factory=list)
    """Outcomes in the order of the calls; None where the code ended early."""
    trouble: str = ""
    """Why the code did not run to the end, in words."""
    printed: str = ""
    seconds: float = 0.0
    """Seconds without the time of waiting for a core."""
    fences: tuple[str, ...] = ()
    """The fences of the system that were around the code."""

    @property
    def finished(self) -> bool:
        """Whether every call has an outcome."""
        return None not in self.outcomes and not self.trouble


def run(
    name: str,
    source: str,
    cases: list[tuple[Any, ...]],
    limits: Limits = Limits(),
    packages: tuple[str, ...] = PACKAGES,
    modules: dict[str, str] | None = None,
) -> CallResults:
    """Call the function `name` of a source with every case; a crash is one of the results.

    Args:
        name: name of the function.
        source: the student's source.
        cases: arguments of each call.
        limits: limits of time, memory and output.
        packages: packages that the source may import.
        modules: sources of other modules that it may import, by their names.
    """
    modules = modules or {}
    sites = site_folders(packages)
    jax = any(map(uses_jax, [source, *modules.values()]))
    seconds = limits.jax_seconds if jax else limits.seconds
    order = {
        "name": name,
        "source": source,
        "modules": modules,
        "jax": jax,
        "packages": packages,
        "sites": sites,
        "seconds": seconds,
        "memory": limits.memory,
    }
    with worker_process([*sites, *site_folders(BINDINGS)]) as process:
        return _Questioner(process, limits, seconds).ask(order, cases)


class _Ended(Exception):
    """There will be no more answers, for the reason given."""


class _Forged(_Ended):
    """The code wrote to the grader itself, or what cannot be an answer: nothing of it counts."""


class _Questioner:
    """Asks the process one question at a time, and takes one answer to each.

    The student's code shares the process with what answers, so nothing that comes from there is
    believed: whatever is not the answer to the question that was asked ends the conversation, and
    then none of the answers counts.
    """

    def __init__(self, process: subprocess.Popen, limits: Limits, seconds: float):
        self.process, self.limits, self.seconds = process, limits, seconds
        self.frames: queue.Queue[dict[str, Any] | Exception] = queue.Queue()
        self.questions: queue.Queue[tuple[dict[str, Any], list[np.ndarray]] | None] = queue.Queue()
        self.printed = bytearray()
        self.clock = Clock(process.pid)
        self.deadline = min(limits.start_seconds, limits.total)

    def ask(self, order: dict[str, Any], cases: list[tuple[Any, ...]]) -> CallResults:
        """Send the order and then every case, until the last answer or until a limit."""
        work = {
            self._read_answers: self.process.stdout,
            self._read_printed: self.process.stderr,
            self._write_questions: self.process.stdin,
        }
        threads = [
            threading.Thread(target=part, args=[stream], daemon=True)
            for part, stream in work.items()
        ]
        for thread in threads:
            thread.start()
        results = CallResults(outcomes=[None] * len(cases))
        try:
            self._converse(order, cases, results)
        except _Ended as reason:
            results.trouble = str(reason)
            if isinstance(reason, _Forged):
                results.outcomes = [None] * len(cases)
        results.seconds = self.clock.seconds
        self.questions.put(None)
        kill(self.process)
        for thread in threads:
            thread.join(timeout=1)  # a process that got away may keep the pipes open
        results.printed = self.printed.decode("utf-8", "replace")
        return results

    def _converse(
        self, order: dict[str, Any], cases: list[tuple[Any, ...]], results: CallResults
    ) -> None:
        self.questions.put((order, []))
        results.fences = tuple(self._answer("ready")["fences"])
        self.deadline = min(self.clock.seconds + 2 * self.seconds, self.limits.total)
        for number, case in enumerate(cases):
            if not self.frames.empty():
                self._answer("nothing yet")
            arrays: list[np.ndarray] = []
            self.questions.put(({"case": number, "arguments": pack(plain(case), arrays)}, arrays))
            answer = self._answer("outcome")
            if answer.get("case") != number:
                raise _Forged(FORGED)
            results.outcomes[number] = answer["outcome"]
        self.questions.put(None)
        with suppress(queue.Empty):  # it may hang in what it does at its end
            last = self.frames.get(timeout=self.seconds)
            if not isinstance(last, EOFError):
                raise last if isinstance(last, Exception) else _Forged(FORGED)

    def _answer(self, kind: str) -> dict[str, Any]:
        """Wait for the next frame, which must be of this kind."""
        while True:
            try:
                frame = self.frames.get(timeout=max(TICK, self.deadline - self.clock.seconds))
                break
            except queue.Empty:
                if self.clock.seconds >= self.deadline:
                    raise _Ended(self._too_long()) from None
        if isinstance(frame, EOFError):
            raise _Ended(self._exit())
        if isinstance(frame, Exception):
            raise frame
        if frame["is"] == "failed" and kind == "outcome":
            raise _Ended(f"the file cannot be used: {frame['outcome'].raised}")
        if frame["is"] != kind:
            raise _Forged(FORGED)
        return frame

    def _write_questions(self, stream: IO[bytes]) -> None:
        with suppress(BrokenPipeError), stream:  # it has printed why
            while question := self.questions.get():
                write_frame(stream, *question)

    def _read_answers(self, stream: IO[bytes]) -> None:
        left = self.limits.results
        with stream:
            try:
                while frame := read_frame(stream, left):
                    fields, arrays = frame
                    left -= sum(array.nbytes for array in arrays)
                    if fields["is"] != "ready":
                        fields["outcome"] = unpack_outcome(fields, arrays)
                    self.frames.put(fields)
                self.frames.put(EOFError())
            except Exception as error:  # whatever the bytes are, they must not hold the grader up
                self.frames.put(_Forged(f"what it returned cannot be read: {error}"))

    def _read_printed(self, stream: BufferedReader) -> None:
        size, limit = 0, self.limits.printed
        with stream:
            while size <= limit and (chunk := stream.read1(1 << 16)):
                size += len(chunk)
                self.printed += chunk[: KEPT - len(self.printed)]
        if size > limit:
            self.frames.put(_Ended(f"it printed more than {limit:,} bytes"))

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
        often = ", as with endless recursion or too much memory" if name in CRASHES else ""
        return f"it crashed its process ({name}){often}"

    def _too_long(self) -> str:
        if self.clock.seconds >= self.limits.total:
            return "the time for the whole submission was used up"
        return f"it took longer than {self.seconds:g} seconds: is there a loop that does not end?"
