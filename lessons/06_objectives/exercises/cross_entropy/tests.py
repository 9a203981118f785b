import numpy as np

from zen_transformer.grading import points


@points(1)
def by_hand():
    """One question, logits 2, 1, 0: the loss is 0.408."""
    yield np.array([[2.0, 1.0, 0.0]]), np.array([0]), np.array([1.0])
    yield np.array([[2.0, 1.0, 0.0], [0.0, 0.0, 0.0]]), np.array([2, 1]), np.array([1.0, 1.0])


@points(1)
def huge_logits():
    """Logits of 1,000 and more."""
    yield np.array([[1000.0, 0.0]]), np.array([0]), np.array([1.0])
    yield np.array([[2000.0, 1000.0, 0.0]]), np.array([1]), np.array([1.0])
    yield np.array([[-1500.0, -1000.0, -2000.0]]), np.array([2]), np.array([1.0])


@points(1)
def weights_and_axes():
    """Questions that do not count, and rows along two axes."""
    rng = np.random.default_rng(0)
    yield rng.normal(size=(4, 3)), np.array([0, 2, 1, 1]), np.array([1.0, 0.0, 1.0, 1.0])
    yield rng.normal(size=(2, 3)), np.array([0, 2]), np.zeros(2)
    weights = np.array([[1.0, 1.0, 0.0], [0.0, 1.0, 0.0]])
    yield 5.0 * rng.normal(size=(2, 3, 7)), rng.integers(0, 7, (2, 3)), weights
