import numpy as np

from zen_transformer.grading import points


@points(1)
def one_text():
    """Two tokens, two dimensions; then a single token."""
    yield np.array([[[1.0, -2.0], [3.0, 0.5]]]), np.array([[0.5, 1.0], [0.0, 0.5]]), np.zeros(2)
    yield np.array([[[0.5, -0.2]]]), np.eye(2), np.array([0.1, -0.1])


@points(1)
def batches():
    """Several texts; as many texts as tokens, too."""
    rng = np.random.default_rng(0)
    for batch, length, hidden in ((3, 5, 4), (4, 4, 3), (2, 3, 3)):
        kernel, bias = 0.5 * rng.normal(size=(hidden, hidden)), 0.5 * rng.normal(size=hidden)
        yield rng.normal(size=(batch, length, hidden)), kernel, bias
