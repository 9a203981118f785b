"""Time as it would have passed on a machine that has nothing else to do."""

import time
from contextlib import suppress
from pathlib import Path

NANOSECOND = 1e-9
PATIENCE = 3
"""On a machine however busy nobody gets more than so many times the time on the wall."""


class Clock:
    """For a process: stands still while it is ready to run and gets no core, as far as the system
    tells. A process that sleeps lets it go on."""

    def __init__(self, process: int):
        self.process = process
        self.started = time.monotonic()
        self.waited = 0.0

    @property
    def seconds(self) -> float:
        """Since it was started."""
        passed = time.monotonic() - self.started
        self.waited = max(self.waited, waited(self.process))
        return max(passed - self.waited, passed / PATIENCE)


def waited(process: int) -> float:
    """Seconds for which threads of a process were ready to run and got no core, by Linux's count;
    0 where that is not told, and for a process that is gone."""
    nanoseconds = 0
    with suppress(OSError):
        for path in Path(f"/proc/{process}/task").glob("*/schedstat"):
            nanoseconds += int(path.read_text("ascii").split()[1])
    return nanoseconds * NANOSECOND
