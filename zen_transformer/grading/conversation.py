"""A conversation with the process in which a student's code runs: one question at a time, and one
answer to each.

The student's code shares the process with what answers, so nothing that comes from there is
believed: whatever is not the answer to the question that was asked ends the conversation, and then
none of the answers counts.
"""

import queue
import signal
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from io import BufferedReader
from typing import IO, Any

import numpy as np

from zen_transformer.grading.calls import Outcome, pack_outcome, unpack_outcome
from zen_transformer.grading.clock import Clock
from zen_transformer.grading.frames import read_frame, write_frame
from zen_transformer.grading.limits import Limits
from zen_transformer.grading.process import kill
from zen_transformer.grading.values import cut, pack, plain, unpack

TICK = 0.05
"""Shortest wait in seconds before the clock is read again."""

KEPT = 2000
"""Bytes of printed text that are kept."""

CRASHES = ("SIGSEGV", "SIGABRT", "SIGBUS", "SIGKILL")
"""Signals that end a process which recurses without end or takes too much memory."""

FORGED = "it wrote to the grader in place of returning a result, so nothing that it sent counts"

Arguments = tuple[Any, ...]
Reference = Callable[[str, Arguments, dict[str, Any]], Outcome]
"""Calls the right function of a name, for code that imports it."""


class Ended(Exception):
    """There will be no more answers, for the reason given."""


class Forged(Ended):
    """The code wrote to the grader itself, or what cannot be an answer: nothing of it counts."""


class Conversation:
    """Asks one process.

    Args:
        process: as `worker_process` starts it.
        order: what it is to load.
        limits: limits of time, memory and output.
        reference: calls the right functions that the code may import.
    """

    def __init__(
        self,
        process: subprocess.Popen,
        order: dict[str, Any],
        limits: Limits,
        reference: Reference | None = None,
    ):
        self.process, self.limits, self.seconds = process, limits, order["seconds"]
        self.reference = reference
        self.frames: queue.Queue[dict[str, Any] | Exception] = queue.Queue()
        self.questions: queue.Queue[tuple[dict[str, Any], list[np.ndarray]] | None] = queue.Queue()
        self.printed = bytearray()
        self.clock = Clock(process.pid)
        self.asked = 0
        work = {
            self._read_answers: process.stdout,
            self._read_printed: process.stderr,
            self._write_questions: process.stdin,
        }
        self.threads = [
            threading.Thread(target=part, args=[stream], daemon=True)
            for part, stream in work.items()
        ]
        for thread in self.threads:
            thread.start()
        self.deadline = min(limits.start_seconds, limits.total)
        self.questions.put((order, []))

    def begin(self) -> tuple[str, ...]:
        """Wait until everything is imported; the fences of the system that are around the code.

        Raises:
            Ended: it took too long.
        """
        fences = tuple(self._answer("ready")["fences"])
        self.deadline = min(self.clock.seconds + 2 * self.seconds, self.limits.total)
        return fences

    def ask(self, arguments: Arguments, keywords: dict[str, Any] | None = None) -> Outcome:
        """Call the function.

        Raises:
            Ended: there is no answer, or none that counts.
        """
        if not self.frames.empty():
            self._answer("nothing yet")
        arrays: list[np.ndarray] = []
        question = {
            "case": self.asked,
            "arguments": pack(plain(arguments), arrays),
            "keywords": pack(plain(keywords or {}), arrays),
        }
        self.questions.put((question, arrays))
        answer = self._answer("outcome")
        if answer.get("case") != self.asked:
            raise Forged(FORGED)
        self.asked += 1
        return answer["outcome"]

    def finish(self) -> None:
        """Check that nothing follows the last answer.

        Raises:
            Ended: something does.
        """
        self.questions.put(None)
        with suppress(queue.Empty):  # it may hang in what it does at its end
            last = self.frames.get(timeout=self.seconds)
            if not isinstance(last, EOFError):
                raise last if isinstance(last, Exception) else Forged(FORGED)

    def close(self) -> None:
        """End the process."""
        self.questions.put(None)
        kill(self.process)
        for thread in self.threads:
            thread.join(timeout=1)  # a process that got away may keep the pipes open

    def _answer(self, kind: str) -> dict[str, Any]:
        """Wait for the next frame, which must be of this kind; calls of others are answered."""
        while True:
            frame = self._next()
            if frame["is"] == "call" and kind == "outcome" and self.reference:
                self._call(frame)
                continue
            if frame["is"] == "failed" and kind == "outcome":
                raise Ended(f"the file cannot be used: {frame['outcome'].raised}")
            if frame["is"] != kind:
                raise Forged(FORGED)
            return frame

    def _next(self) -> dict[str, Any]:
        while True:
            try:
                frame = self.frames.get(timeout=max(TICK, self.deadline - self.clock.seconds))
                break
            except queue.Empty:
                if self.clock.seconds >= self.deadline:
                    raise Ended(self._too_long()) from None
        if isinstance(frame, EOFError):
            raise Ended(self._exit())
        if isinstance(frame, Exception):
            raise frame
        return frame

    def _call(self, frame: dict[str, Any]) -> None:
        assert self.reference is not None
        arguments, keywords = frame["arguments"], frame["keywords"]
        if not isinstance(arguments, tuple) or not isinstance(keywords, dict):
            raise Forged(FORGED)
        outcome = self.reference(str(frame["name"]), arguments, keywords)
        if self.clock.seconds >= self.deadline:
            raise Ended(self._too_long())
        arrays: list[np.ndarray] = []
        self.questions.put((pack_outcome(outcome, arrays), arrays))

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
                    if fields["is"] == "call":
                        for part in ("arguments", "keywords"):
                            fields[part] = unpack(fields[part], arrays)
                    elif fields["is"] != "ready":
                        fields["outcome"] = unpack_outcome(fields, arrays)
                    self.frames.put(fields)
                self.frames.put(EOFError())
            except Exception as error:  # whatever the bytes are, they must not hold the grader up
                self.frames.put(Forged(f"what it returned cannot be read: {cut(str(error))}"))

    def _read_printed(self, stream: BufferedReader) -> None:
        size, limit = 0, self.limits.printed
        with stream:
            while size <= limit and (chunk := stream.read1(1 << 16)):
                size += len(chunk)
                self.printed += chunk[: KEPT - len(self.printed)]
        if size > limit:
            self.frames.put(Ended(f"it printed more than {limit:,} bytes"))

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
