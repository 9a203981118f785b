"""Limits of what a student's code may use. The process that runs it sets these for itself before it
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

DESCRIPTORS = 256
"""Most open files and pipes."""


@dataclass(frozen=True)
class Limits:
    """Limits of one exercise. The clock starts once NumPy and JAX are imported."""

    seconds: float = 4.0
    """Seconds of computing. By the clock, which also counts sleep, it may be twice as long."""
    jax_seconds: float = 20.0
    """Seconds of computing for code that imports JAX, which compiles for every shape."""
    start_seconds: float = 60.0
    """Seconds for importing NumPy and JAX."""
    total: float = float("inf")
    """Seconds by the clock for everything together."""
    memory: int = 1 << 30
    """Bytes of memory, besides those of NumPy and JAX."""
    printed: int = 1 << 20
    """Bytes of printed text."""
    results: int = 64 << 20
    """Bytes of all results together."""


def uses_jax(source: str) -> bool:
    """Whether a source imports JAX."""
    return bool(USES_JAX.search(source))


def set_limits(seconds: float, memory: int, threads: bool) -> None:
    """Limit this process from now on, as far as the system can.

    Args:
        seconds: seconds of computing.
        memory: bytes, besides those in use already.
        threads: whether threads may be started; if not, there can be no new processes either.
    """
    if resource is None:
        return
    used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    ceiling = int(used + seconds) + 1
    limits = {"CPU": (ceiling, ceiling + 1), "CORE": (0, 0), "FSIZE": (0, 0)}
    limits["NOFILE"] = (DESCRIPTORS,) * 2  # a pipe takes memory that is not the process's
    if sys.platform == "linux":
        limits["AS"] = (_address_space() + memory,) * 2
        if not threads:
            limits["NPROC"] = (0, 0)
    for name, (soft, hard) in limits.items():
        kind = getattr(resource, f"RLIMIT_{name}")
        ceiling_set = resource.getrlimit(kind)[1]
        if ceiling_set != resource.RLIM_INFINITY:  # it can only be lowered
            soft, hard = min(soft, ceiling_set), min(hard, ceiling_set)
        resource.setrlimit(kind, (soft, hard))


def _address_space() -> int:
    """Bytes of address space of this process, by Linux's count."""
    pages = Path("/proc/self/statm").read_text("ascii").split()[0]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
