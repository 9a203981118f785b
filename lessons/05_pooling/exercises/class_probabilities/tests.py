import numpy as np

from zen_transformer.grading import points


def drawn(rng, batch, hidden, classes):
    """Vectors and a head."""
    kernel, bias = rng.normal(size=(hidden, classes)), rng.normal(size=classes)
    return rng.normal(size=(batch, hidden)), kernel, bias


@points(1)
def one_text():
    """One text, two classes; then a vector of zeros, for which only the bias speaks."""
    yield np.array([[1.0, -1.0]]), np.array([[1.0, 0.0], [0.0, 2.0]]), np.array([0.5, 0.0]), 1.0
    yield np.zeros((1, 2)), np.array([[1.0, 3.0], [2.0, 4.0]]), np.array([1.0, -1.0]), 1.0


@points(1)
def batches(rng):
    """Several texts and classes; as many classes as dimensions, too; and a temperature."""
    batch, hidden, classes = rng.permutation([2, 3, 4]) + rng.integers(0, 2)
    yield *drawn(rng, batch, hidden, classes), 1.0
    yield *drawn(rng, batch, hidden, hidden), 1.0
    yield *drawn(rng, hidden, classes, batch), rng.uniform(1.5, 3)


@points(1)
def large_logits(rng):
    """Logits of a thousand and more, on both sides of 0."""
    kernel = np.array([[1000.0, 999.0, -1000.0], [0.0, 1.0, 2.0]])
    yield np.array([[1.0, 0.5], [-1.0, 0.5]]), kernel, np.array([0.1, 0.2, 0.3]), 1.0
    pooled, kernel, bias = drawn(rng, 3, 2, int(rng.integers(3, 6)))
    pooled[:, 0] = [3000.0, 0.0, -3000.0]
    kernel[0] = 1.0
    yield pooled, kernel, bias, rng.uniform(0.5, 2)
