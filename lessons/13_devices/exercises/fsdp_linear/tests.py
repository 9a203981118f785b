import numpy as np

from zen_transformer.grading import points


def drawn(rng, devices, rows):
    """x, a kernel of so many rows on each device, and dy."""
    examples, out = (int(n) for n in rng.permutation([1, 4, 5, 6])[:2])
    x = rng.normal(size=(devices, examples, devices * rows))
    return x, rng.normal(size=(devices, rows, out)), rng.normal(size=(devices, examples, out))


@points(1)
def two_devices(rng):
    """A row of the matrix on each; one device with all of them."""
    x, dy = np.array([[[1.0, 2.0]], [[3.0, 4.0]]]), np.array([[[1.0]], [[10.0]]])
    yield x, np.array([[[5.0]], [[7.0]]]), dy
    yield drawn(rng, 1, 3)


@points(1)
def more_devices(rng):
    """Several rows on each."""
    yield drawn(rng, 2, int(rng.integers(2, 5)))
    yield drawn(rng, 4, int(rng.integers(2, 4)))
    yield drawn(rng, 3, 3)  # as many rows as devices
