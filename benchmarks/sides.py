"""Worker processes that take turns: while one computes, the others wait."""

import json
import os
import subprocess
import sys
from dataclasses import asdict
from typing import Any, NamedTuple

import numpy as np

from benchmarks.work import Work

ROUNDS = 5


class Timing(NamedTuple):
    """The seconds that the work took once, and its real tokens."""

    seconds: float
    tokens: int


class Side:
    """A worker process and its timings."""

    def __init__(self, side: str, work: Work, cache: str | None = None):
        environment = dict(os.environ)
        if cache:
            environment["JAX_COMPILATION_CACHE_DIR"] = cache
            environment["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0"
        self.name, self.peak_bytes = side, 0
        self.timings: list[Timing] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker", side, json.dumps(asdict(work))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
        )
        self.first_step = self.run(1)[0].seconds

    def run(self, times: int) -> list[Timing]:
        """Do the work `times` times."""
        print(times, file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the worker {self.process.args} ended: run it by hand to see why")
        report = json.loads(answer)
        self.peak_bytes = report["peak_bytes"]
        return [Timing(*timing) for timing in report["timings"]]

    def measure(self, times: int) -> None:
        """Do the work `times` times, and keep the timings."""
        self.timings += self.run(times)

    @property
    def seconds(self) -> float:
        """Median seconds."""
        return float(np.median([timing.seconds for timing in self.timings]))

    @property
    def tokens_per_second(self) -> float:
        """Median of the real tokens per second."""
        return float(np.median([timing.tokens / timing.seconds for timing in self.timings]))

    def facts(self) -> dict[str, Any]:
        """Return the details of a row for this side."""
        return {
            "side": self.name,
            "tokens_per_second": self.tokens_per_second,
            "milliseconds": 1e3 * self.seconds,
            "first_step_seconds": self.first_step,
            "peak_gigabytes": self.peak_bytes / 1e9,
        }

    def close(self) -> None:
        """End the process."""
        self.process.stdin.close()
        self.process.wait()


def take_turns(work: Work, names: list[str], rounds: int = ROUNDS) -> dict[str, Side]:
    """Measure several sides in turns, after each has done the work twice. A side that cannot run
    here, such as `torch.compile` without a compiler, is left out."""
    sides: dict[str, Side] = {}
    for name in names:
        try:
            sides[name] = Side(name, work)
        except RuntimeError as error:
            if name == "ours":
                raise
            print(f"  {error}", file=sys.stderr)
    try:
        for side in sides.values():
            side.run(1)
        for _ in range(rounds):
            for side in sides.values():
                side.measure(work.steps)
    finally:
        for side in sides.values():
            side.close()
    return sides
