"""What the machine can do at best: the rate of its matrix products."""

from zen_transformer.training import throughput
from zen_transformer.training.allocator import keep_freed_memory


def matmul_rate() -> float:
    """Operations a second of the fastest of some float32 products, as they stand in the model and
    a large square one; the median of twenty."""
    keep_freed_memory()
    return max(
        throughput.rate(*shape) for shape in [(4096, 256, 1024), (4096, 1024, 256), (2048,) * 3]
    )


def peak_rate() -> float:
    """The data sheet's rate of the GPU, so that a fraction of it is the MFU."""
    peak = throughput.peak_rate()
    if peak is None:
        raise SystemExit(
            f"the peak of this GPU is not known: add it to PEAKS in {throughput.__file__}"
        )
    return peak
