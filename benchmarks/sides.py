"""Workers that take turns: while one computes, the others wait."""

import json
import os
import subprocess
import sys
from dataclasses import asdict
from typing import Any

import numpy as np

from benchmarks.work import Work

ROUNDS = 5


class Side:
    """A worker's process and what it measured."""

    def __init__(self, side: str, work: Work, cache: str | None = None):
        environment = dict(os.environ)
        if cache:
            environment["JAX_COMPILATION_CACHE_DIR"] = cache
            environment["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0"
        self.name, self.found, self.peak_bytes = side, [], 0
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker", side, json.dumps(asdict(work))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
        )
        self.first_step = self.run(1)[0][0]

    def run(self, times: int) -> list[tuple[float, int]]:
        """Do the work so often; the seconds and tokens of each time."""
        print(times, file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the worker {self.process.args} ended: run it by hand to see why")
        found = json.loads(answer)
        self.peak_bytes = found["peak_bytes"]
        return found["found"]

    def measure(self, times: int) -> None:
        """The same, and remember it."""
        self.found += self.run(times)

    @property
    def seconds(self) -> float:
        """The median."""
        return float(np.median([seconds for seconds, _ in self.found]))

    @property
    def tokens_per_second(self) -> float:
        """The median, of real tokens."""
        return float(np.median([tokens / seconds for seconds, tokens in self.found]))

    def facts(self) -> dict[str, Any]:
        """What is worth telling of this side."""
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
    """Measure some sides, round by round, after each has done the work twice. A side that does
    not work here, such as `torch.compile` without a compiler, is left out."""
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
