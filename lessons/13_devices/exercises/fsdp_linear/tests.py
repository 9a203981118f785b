import numpy as np

from zen_transformer.grading import points


def drawn(seed, devices, examples, rows, out):
    """x, a kernel of so many rows on each device, and dy."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(devices, examples, devices * rows))
    return x, rng.normal(size=(devices, rows, out)), rng.normal(size=(devices, examples, out))


@points(1)
def two_devices():
    """A row of the matrix on each."""
    x, dy = np.array([[[1.0, 2.0]], [[3.0, 4.0]]]), np.array([[[1.0]], [[10.0]]])
    yield x, np.array([[[5.0]], [[7.0]]]), dy
    yield drawn(0, 1, 2, 3, 2)


@points(1)
def more_devices():
    """Several rows on each."""
    yield drawn(1, 2, 3, 2, 5)
    yield drawn(2, 4, 1, 3, 2)
    yield drawn(3, 3, 4, 2, 1)
