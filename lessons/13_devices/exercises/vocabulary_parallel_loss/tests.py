import numpy as np

from zen_transformer.grading import points


def drawn(rng, devices, size=1.0):
    """Logits, and labels from the whole vocabulary, the first and the last piece among them."""
    rows, own = (int(n) for n in rng.permutation([5, 6, 7, 8])[:2])
    logits = size * rng.normal(size=(devices, rows, own))
    labels = np.concatenate([[0, devices * own - 1], rng.integers(0, devices * own, rows - 2)])
    return logits, labels


@points(1)
def by_hand(rng):
    """Two devices with two pieces each, equal logits: the loss is ln 4. And one device."""
    yield np.zeros((2, 1, 2)), np.array([3])
    yield drawn(rng, 1)


@points(1)
def more_devices(rng):
    """Labels on every device."""
    yield np.arange(6.0).reshape(3, 1, 2).repeat(6, axis=1), np.arange(6)
    yield drawn(rng, 4)
    yield drawn(rng, 2, 3.0)


@points(1)
def huge_logits(rng):
    """Logits of a thousand, on one device, in one row, or everywhere."""
    yield drawn(rng, 3, 1000.0)
    logits, labels = drawn(rng, 2)
    logits[0] += 1000
    yield logits, labels
    logits, labels = drawn(rng, 2)
    logits[:, 1] += 1000
    yield logits, labels
