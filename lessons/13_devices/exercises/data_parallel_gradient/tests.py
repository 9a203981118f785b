import numpy as np

from zen_transformer.grading import points


def drawn(rng, weight):
    """Examples with these weights."""
    weight, features = np.array(weight, float), int(rng.integers(1, 7))
    theta, x = rng.normal(size=features), rng.normal(size=(*weight.shape, features))
    return theta, x, rng.normal(size=weight.shape), weight


def counting(rng, rows, counts):
    """Weights of so many rows on each device, of which the first have these counts."""
    return rng.permuted(np.arange(rows) < np.array(counts)[:, None], axis=1)


@points(1)
def two_devices():
    """One feature; three examples count on device 0 and one on device 1."""
    x = np.array([[[1.0], [1.0], [1.0]], [[1.0], [1.0], [1.0]]])
    y = np.array([[3.0, 3.0, 3.0], [1.0, 5.0, 5.0]])
    yield np.array([0.0]), x, y, np.array([[1.0, 1.0, 1.0], [1.0, 0.0, 0.0]])


@points(1)
def even(rng):
    """As many examples count on every device."""
    yield drawn(rng, np.ones((2, 2)))
    devices, rows = int(rng.integers(3, 6)), int(rng.integers(6, 9))
    yield drawn(rng, counting(rng, rows, [rows - 2] * devices))


@points(1)
def uneven(rng):
    """Some devices have hardly any."""
    rows, more = (int(n) for n in rng.permutation([4, 6, 7])[:2])
    yield drawn(rng, counting(rng, rows, [1, rows, 2]))
    yield drawn(rng, counting(rng, more, [1, more, 2, 3, *rng.integers(1, more, 1)]))
