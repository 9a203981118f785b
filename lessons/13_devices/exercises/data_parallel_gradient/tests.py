import numpy as np

from zen_transformer.grading import points


def drawn(seed, weight, features):
    """Examples with these weights."""
    rng = np.random.default_rng(seed)
    weight = np.array(weight, float)
    theta, x = rng.normal(size=features), rng.normal(size=(*weight.shape, features))
    return theta, x, rng.normal(size=weight.shape), weight


@points(1)
def two_devices():
    """One feature; three examples count on device 0 and one on device 1."""
    x = np.array([[[1.0], [1.0], [1.0]], [[1.0], [1.0], [1.0]]])
    y = np.array([[3.0, 3.0, 3.0], [1.0, 5.0, 5.0]])
    yield np.array([0.0]), x, y, np.array([[1.0, 1.0, 1.0], [1.0, 0.0, 0.0]])


@points(1)
def even():
    """As many examples count on every device."""
    yield drawn(0, [[1, 1], [1, 1]], 3)
    yield drawn(1, [[1, 0, 1], [1, 1, 0], [0, 1, 1], [1, 1, 0]], 2)


@points(1)
def uneven():
    """Some devices have hardly any."""
    yield drawn(2, [[1, 0, 0, 0], [1, 1, 1, 1], [0, 1, 1, 0]], 5)
    yield drawn(3, [[0, 1], [1, 1], [1, 0], [1, 1], [1, 0]], 1)
