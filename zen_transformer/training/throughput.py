"""How much of what the machine can do a training uses.

    MFU = (model's operations of a step / its seconds) / peak          Chowdhery et al. 2022, B

The peak of an accelerator is in its data sheet; that of a CPU is measured, by matrix products.
"""

import statistics
import sys
import time
from collections.abc import Callable
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp

PEAKS = {"H100": 989e12, "H200": 989e12, "A100": 312e12}
"""Dense bfloat16 by the data sheets, in operations a second."""


@cache
def peak_rate() -> float | None:
    """Operations a second of all devices at best, where that is known."""
    device = jax.devices()[0]
    if device.platform == "cpu":  # simulated devices share it
        return rate(4096, 256, 1024, times=5) * jax.process_count()
    peaks = (peak for name, peak in PEAKS.items() if name in device.device_kind)
    peak = next(peaks, None)
    return None if peak is None else peak * jax.device_count()


def rate(rows: int, inner: int, columns: int, times: int = 20) -> float:
    """Operations a second of [rows, inner] times [inner, columns] in float32."""
    a, b = jnp.ones((rows, inner)), jnp.ones((inner, columns))
    return 2 * rows * inner * columns / seconds(jnp.matmul, a, b, times=times)


def seconds(function: Callable[..., Any], *arguments: Any, times: int = 20) -> float:
    """The median of some times, compiled."""
    compiled = jax.jit(function)
    jax.block_until_ready(compiled(*arguments))
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        jax.block_until_ready(compiled(*arguments))
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def peak_gigabytes() -> float | None:
    """The most memory that was in use at once: of the fullest device of this process, on a CPU of
    the process itself; nothing where the system does not say."""
    known = [device.memory_stats() for device in jax.local_devices()]
    if all(known):
        return max(int(stats["peak_bytes_in_use"]) for stats in known if stats) / 1e9
    try:
        import resource
    except ImportError:  # Windows
        return None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most * (1 if sys.platform == "darwin" else 1024) / 1e9
