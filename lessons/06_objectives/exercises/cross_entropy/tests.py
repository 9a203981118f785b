import numpy as np

from zen_transformer.grading import points


@points(1)
def by_hand():
    """One question, logits 2, 1, 0: the loss is 0.408."""
    yield np.array([[2.0], [1.0], [0.0]]), np.array([0]), np.array([1.0])
    logits = np.array([[2.0, 0.0], [1.0, 0.0], [0.0, 0.0]])
    yield logits, np.array([2, 1]), np.array([1.0, 1.0])


@points(1)
def huge_logits(rng):
    """Logits of 1,000 and more, on both sides of 0, and some that are huge and nearly equal."""
    yield np.array([[1000.0], [0.0]]), np.array([0]), np.array([1.0])
    yield np.array([[2000.0], [1000.0], [0.0]]), np.array([1]), np.array([1.0])
    yield np.array([[-1500.0], [-1000.0], [-2000.0]]), np.array([2]), np.array([1.0])
    rows, classes = int(rng.integers(3, 6)), int(rng.integers(3, 6))
    far = np.where(np.arange(rows) % 2, 1900.0, -1900.0) + rng.normal(size=(classes, rows))
    yield far, rng.integers(0, classes, rows), np.ones(rows)


@points(1)
def weights_and_axes(rng):
    """Questions that do not count, and rows along two axes."""
    yield rng.normal(size=(3, 4)), np.array([0, 2, 1, 1]), np.array([1.0, 0.0, 1.0, 1.0])
    yield rng.normal(size=(3, 2)), np.array([0, 2]), np.zeros(2)
    batch, length, classes = rng.permutation([2, 3, 4]) + np.array([0, 0, 3])
    weights = rng.permutation(np.arange(batch * length) % 2).reshape(batch, length) * 1.0
    labels = rng.integers(0, classes, (batch, length))
    yield 5.0 * rng.normal(size=(classes, batch, length)), labels, weights
    yield rng.normal(size=(3, 3, 3)), rng.integers(0, 3, (3, 3)), np.eye(3)
