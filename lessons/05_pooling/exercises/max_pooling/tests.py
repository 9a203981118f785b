import numpy as np

from zen_transformer.grading import points


@points(1)
def two_tokens_of_three():
    """The first two tokens of three; then all."""
    yield np.array([[[1.0, -2.0], [3.0, -1.0], [5.0, 5.0]]]), np.array([0]), np.array([2])
    yield np.array([[[1.0, -2.0], [-3.0, 1.5]]]), np.array([0]), np.array([2])


@points(1)
def spans_of_different_length(rng):
    """Batches of spans of different length; some entries are negative in every token."""
    length, hidden = int(rng.integers(4, 7)), int(rng.integers(2, 6))
    spans = np.array([0, 0, 1]), np.array([1, length, 3])
    yield rng.normal(size=(3, length, hidden)), *spans
    yield rng.normal(size=(3, length, hidden)) - 5, *spans
    for size in (300.0, 1e6):
        yield size * (rng.random((3, length, hidden)) - 3), *spans


@points(1)
def empty_spans(rng):
    """A span of no tokens."""
    yield rng.normal(size=(1, 2, 2)), np.array([1]), np.array([1])
    length, hidden = int(rng.integers(3, 6)), int(rng.integers(2, 6))
    yield rng.normal(size=(2, length, hidden)), np.array([1, 2]), np.array([3, 2])
