"""The peak rate of the machine: that of its matrix products."""

from zen_transformer.training import throughput
from zen_transformer.training.allocator import keep_freed_memory


def matmul_rate() -> float:
    """Measure the FLOP/s of the fastest of three float32 products, two of the model's and a large
    square one; each is the median of twenty times."""
    keep_freed_memory()
    return max(
        throughput.rate(*shape) for shape in [(4096, 256, 1024), (4096, 1024, 256), (2048,) * 3]
    )


def peak_rate() -> float:
    """Return the peak FLOP/s of the GPU by its data sheet, of which the MFU is a fraction."""
    peak = throughput.peak_rate()
    if peak is None:
        raise SystemExit(
            f"the peak of this GPU is not known: add it to PEAKS in {throughput.__file__}"
        )
    return peak
