"""What the machine can do at best: the rate of its matrix products."""

import statistics
import time
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from zen_transformer.training.allocator import keep_freed_memory

PEAKS = {"H100": 989e12, "H200": 989e12, "A100": 312e12}
"""Dense bfloat16 by the data sheets, in operations a second."""


def matmul_rate() -> float:
    """Operations a second of the fastest of some float32 products, as they stand in the model and
    a large square one; the median of twenty."""
    keep_freed_memory()
    return max(rate(*shape) for shape in [(4096, 256, 1024), (4096, 1024, 256), (2048,) * 3])


def rate(rows: int, inner: int, columns: int) -> float:
    """Operations a second of [rows, inner] times [inner, columns]."""
    a, b = jnp.ones((rows, inner)), jnp.ones((inner, columns))
    return 2 * rows * inner * columns / seconds(jnp.matmul, a, b)


def seconds(function: Callable[..., Any], *arguments: Any) -> float:
    """The median of twenty times, compiled."""
    compiled = jax.jit(function)
    jax.block_until_ready(compiled(*arguments))
    taken = []
    for _ in range(20):
        start = time.perf_counter()
        jax.block_until_ready(compiled(*arguments))
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def peak_rate() -> float:
    """The data sheet's rate of the GPU, so that a fraction of it is the MFU."""
    kind = jax.devices()[0].device_kind
    for name, peak in PEAKS.items():
        if name in kind:
            return peak
    raise SystemExit(f"the peak of {kind} is not known here: add it to PEAKS in {__file__}")
