import numpy as np

from zen_transformer.grading import points


@points(1)
def two_tokens_and_padding():
    """Two real tokens and one of padding."""
    yield np.array([[[1.0, -2.0], [3.0, -1.0], [5.0, 5.0]]]), np.array([[1, 1, 0]])
    yield np.array([[[1.0, -2.0], [-3.0, 1.5]]]), np.array([[1, 1]])


@points(1)
def texts_of_different_length():
    """Batches of texts of different length; some entries are negative in every token."""
    rng = np.random.default_rng(0)
    yield rng.normal(size=(3, 4, 2)), np.array([[1, 0, 0, 0], [1, 1, 1, 1], [0, 1, 1, 0]])
    yield rng.normal(size=(2, 3, 5)) - 2, np.array([[1, 1, 0], [1, 0, 0]])
    yield 1e6 * rng.normal(size=(2, 3, 5)) - 3e6, np.array([[1, 1, 0], [1, 0, 0]])


@points(1)
def texts_without_tokens():
    """A row of nothing but padding."""
    rng = np.random.default_rng(1)
    yield rng.normal(size=(1, 2, 2)), np.array([[0, 0]])
    yield rng.normal(size=(2, 3, 4)), np.array([[1, 1, 0], [0, 0, 0]])
