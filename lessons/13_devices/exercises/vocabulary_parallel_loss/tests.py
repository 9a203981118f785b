import numpy as np

from zen_transformer.grading import points


def drawn(seed, devices, rows, own, size=1.0):
    """Logits, and labels from the whole vocabulary."""
    rng = np.random.default_rng(seed)
    logits = size * rng.normal(size=(devices, rows, own))
    return logits, rng.integers(0, devices * own, rows)


@points(1)
def by_hand():
    """Two devices with two pieces each, equal logits: the loss is ln 4. And one device."""
    yield np.zeros((2, 1, 2)), np.array([3])
    yield drawn(0, 1, 2, 5)


@points(1)
def more_devices():
    """Labels on every device."""
    yield np.arange(6.0).reshape(3, 1, 2).repeat(6, axis=1), np.arange(6)
    yield drawn(1, 4, 7, 3)
    yield drawn(2, 2, 5, 8, 3.0)


@points(1)
def huge_logits():
    """Logits of a thousand, on one device or on all."""
    yield drawn(3, 3, 4, 2, 1000.0)
    logits, labels = drawn(4, 2, 3, 4)
    logits[0] += 1000
    yield logits, labels
