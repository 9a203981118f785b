import numpy as np

from zen_transformer.grading import points


@points(1)
def one_text():
    """One text, two classes; then a vector of zeros, for which only the bias speaks."""
    yield np.array([[1.0, -1.0]]), np.array([[1.0, 0.0], [0.0, 2.0]]), np.array([0.5, 0.0])
    yield np.zeros((1, 2)), np.array([[1.0, 3.0], [2.0, 4.0]]), np.array([1.0, -1.0])


@points(1)
def batches():
    """Several texts and classes; as many classes as dimensions, too."""
    rng = np.random.default_rng(0)
    for batch, hidden, classes in ((3, 4, 2), (2, 3, 5), (4, 3, 3)):
        kernel, bias = rng.normal(size=(hidden, classes)), rng.normal(size=classes)
        yield rng.normal(size=(batch, hidden)), kernel, bias


@points(1)
def large_logits():
    """Logits of a thousand and more."""
    kernel = np.array([[1000.0, 999.0, -1000.0], [0.0, 1.0, 2.0]])
    yield np.array([[1.0, 0.5], [-1.0, 0.5]]), kernel, np.array([0.1, 0.2, 0.3])
