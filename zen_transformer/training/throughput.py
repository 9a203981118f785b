"""Throughput and memory: which part of the machine's peak a training reaches.

    MFU = (model's FLOPs of a step / its seconds) / peak          Chowdhery et al. 2022, appendix B

The peak of an accelerator is in its data sheet; that of a CPU is measured with matrix products.
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
"""Dense bfloat16 in the data sheets, in FLOP/s."""


@cache
def peak_rate() -> float | None:
    """Return the peak of all devices in FLOP/s; None for an accelerator not in `PEAKS`."""
    device = jax.devices()[0]
    if device.platform == "cpu":  # simulated devices share it
        return rate(4096, 256, 1024, times=5) * jax.process_count()
    peaks = (peak for name, peak in PEAKS.items() if name in device.device_kind)
    peak = next(peaks, None)
    return None if peak is None else peak * jax.device_count()


def rate(rows: int, inner: int, columns: int, times: int = 20) -> float:
    """Measure the FLOP/s of a product of [rows, inner] and [inner, columns] in float32."""
    a, b = jnp.ones((rows, inner)), jnp.ones((inner, columns))
    return 2 * rows * inner * columns / seconds(jnp.matmul, a, b, times=times)


def seconds(function: Callable[..., Any], *arguments: Any, times: int = 20) -> float:
    """Measure the seconds of a function, compiled: the median of `times` runs."""
    compiled = jax.jit(function)
    jax.block_until_ready(compiled(*arguments))
    measured = []
    for _ in range(times):
        start = time.perf_counter()
        jax.block_until_ready(compiled(*arguments))
        measured.append(time.perf_counter() - start)
    return statistics.median(measured)


def peak_gigabytes() -> float | None:
    """Return the most memory that was in use at once, in GB: on the fullest device of this process;
    on a CPU by the process itself; None where the system does not say."""
    device_stats = [device.memory_stats() for device in jax.local_devices()]
    if all(device_stats):
        return max(int(stats["peak_bytes_in_use"]) for stats in device_stats if stats) / 1e9
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024) / 1e9
