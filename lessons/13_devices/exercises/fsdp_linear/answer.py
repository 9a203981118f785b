import numpy as np


def fsdp_linear(x: np.ndarray, kernel: np.ndarray, dy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Gather, compute, add up and keep one's own."""
    whole = kernel.reshape(-1, kernel.shape[2])
    y = x @ whole
    of_examples = np.swapaxes(x, 1, 2) @ dy
    dwhole = np.sum(of_examples, axis=0)
    return y, dwhole.reshape(kernel.shape)
