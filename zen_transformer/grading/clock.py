"""A clock that does not count the time for which a process waits for a core."""

import time
from contextlib import suppress
from pathlib import Path

NANOSECOND = 1e-9
PATIENCE = 3
"""Largest factor between the time on the wall and the time of the clock, on a busy machine."""


class Clock:
    """The time of a process without the time for which it was ready to run and got no core.

    Sleep counts. Where the system does not tell the waiting time, all time counts.
    """

    def __init__(self, process: int):
        self.process = process
        self.started = time.monotonic()
        self.seconds_waiting = 0.0

    @property
    def seconds(self) -> float:
        """Seconds since the clock was started."""
        passed = time.monotonic() - self.started
        self.seconds_waiting = max(self.seconds_waiting, seconds_waiting(self.process))
        return max(passed - self.seconds_waiting, passed / PATIENCE)


def seconds_waiting(process: int) -> float:
    """Measure how long threads of a process were ready to run and got no core, by Linux's count.

    0 where the system does not tell, and for a process that has ended.
    """
    nanoseconds = 0
    with suppress(OSError):
        for path in Path(f"/proc/{process}/task").glob("*/schedstat"):
            nanoseconds += int(path.read_text("ascii").split()[1])
    return nanoseconds * NANOSECOND
