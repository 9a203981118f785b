"""What a student's code may use up. The process that runs it sets these for itself, before it
reads a line of that code, and cannot lift them again."""

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

try:
    import resource
except ImportError:  # Windows has nothing of the kind: there the clock alone is the limit
    resource = None  # type: ignore[assignment]

USES_JAX = re.compile(r"^\s*(import|from)\s+jax\b", re.MULTILINE)


@dataclass(frozen=True)
class Limits:
    """For one exercise. The clock starts when NumPy and JAX are there, and the code is not."""

    seconds: float = 4.0
    """Of computing. By its own clock, which also counts sleep, it may be twice as long."""
    jax_seconds: float = 20.0
    """The same for code that imports JAX, which compiles every function for every shape."""
    start_seconds: float = 60.0
    """For NumPy and JAX to be imported."""
    total: float = float("inf")
    """Of its own clock, with everything."""
    memory: int = 1 << 30
    """Bytes, besides what NumPy and JAX take."""
    printed: int = 1 << 20
    """Bytes."""
    results: int = 64 << 20
    """Bytes, in all."""

    def seconds_for(self, source: str) -> float:
        """Of computing, for this code."""
        return self.jax_seconds if uses_jax(source) else self.seconds


def uses_jax(source: str) -> bool:
    """Whether it imports JAX."""
    return bool(USES_JAX.search(source))


def set_limits(seconds: float, memory: int, threads: bool) -> None:
    """Limit this process from here on, as far as the system can.

    Args:
        seconds: of computing.
        memory: bytes, besides what is in use already.
        threads: whether new ones may be started; if not, there can be no new processes either.
    """
    if resource is None:
        return
    used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    ceiling = int(used + seconds) + 1
    wanted = {"CPU": (ceiling, ceiling + 1), "CORE": (0, 0), "FSIZE": (0, 0)}
    if sys.platform == "linux":
        wanted["AS"] = (_address_space() + memory,) * 2
        if not threads:
            wanted["NPROC"] = (0, 0)
    for name, (soft, hard) in wanted.items():
        kind = getattr(resource, f"RLIMIT_{name}")
        already = resource.getrlimit(kind)[1]
        if already != resource.RLIM_INFINITY:  # it can only be lowered
            soft, hard = min(soft, already), min(hard, already)
        resource.setrlimit(kind, (soft, hard))


def _address_space() -> int:
    """Bytes that this process has now, by Linux's count."""
    pages = Path("/proc/self/statm").read_text("ascii").split()[0]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
