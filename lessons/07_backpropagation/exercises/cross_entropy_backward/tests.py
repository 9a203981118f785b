import numpy as np

from zen_transformer.grading import points


@points(1)
def by_hand():
    """Logits 2, 1, 0; then two rows that count."""
    yield np.array([[2.0, 1.0, 0.0]]), np.array([0]), np.array([1.0])
    logits = np.array([[2.0, 1.0, 0.0], [0.0, 0.0, 0.0]])
    yield logits, np.array([1, 2]), np.array([1.0, 1.0])


@points(1)
def weights_and_huge_logits(rng):
    """Rows that do not count, and logits of 1,000."""
    rows, classes = map(int, rng.permutation([3, 4, 5])[:2])
    weights = np.array([1.0, 0.0, 1.0, 1.0, 0.0])[:rows]
    yield rng.normal(size=(rows, classes)), rng.integers(0, classes, rows), weights
    yield rng.normal(size=(4, 4)), np.array([2, 0, 1, 1]), np.array([1.0, 1.0, 0.0, 1.0])
    yield 900.0 * rng.normal(size=(4, 3)), np.array([2, 0, 1, 1]), np.array([1.0, 1.0, 0.0, 1.0])
    far = np.where(np.arange(rows) % 2, 1900.0, -1900.0)[:, None]
    yield far + rng.normal(size=(rows, classes)), rng.integers(0, classes, rows), weights
