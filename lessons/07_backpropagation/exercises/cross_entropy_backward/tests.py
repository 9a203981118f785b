import numpy as np

from zen_transformer.grading import points


@points(1)
def by_hand():
    """Logits 2, 1, 0; then two rows that count."""
    yield np.array([[2.0, 1.0, 0.0]]), np.array([0]), np.array([1.0])
    logits = np.array([[2.0, 1.0, 0.0], [0.0, 0.0, 0.0]])
    yield logits, np.array([1, 2]), np.array([1.0, 1.0])


@points(1)
def weights_and_huge_logits():
    """Rows that do not count, and logits of 1,000."""
    rng = np.random.default_rng(0)
    yield rng.normal(size=(3, 4)), np.array([3, 0, 1]), np.array([1.0, 0.0, 1.0])
    yield 900.0 * rng.normal(size=(4, 3)), np.array([2, 0, 1, 1]), np.array([1.0, 1.0, 0.0, 1.0])
