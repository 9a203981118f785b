import numpy as np

from zen_transformer.grading import points


def drawn(rng, vocab, hidden):
    """A table whose rows have very different lengths."""
    return np.exp(rng.normal(size=(vocab, 1))) * rng.normal(size=(vocab, hidden))


@points(1)
def four_tokens():
    """Four tokens in the plane: a long vector in another direction is no neighbour."""
    table = np.array([[1.0, 0.0], [0.9, 0.3], [5.0, 5.0], [-1.0, 0.1]])
    yield table, 0, 1
    yield table, 0, 3
    yield table, 3, 2


@points(1)
def a_larger_table(rng):
    """Rows of very different lengths; a token in the middle, and many neighbours."""
    hidden = int(rng.integers(3, 6))
    yield drawn(rng, 9, hidden), 8, 5
    vocab = int(rng.integers(30, 50))
    yield drawn(rng, vocab, hidden), 0, 7
    yield drawn(rng, vocab, hidden), int(rng.integers(5, 20)), vocab - 1
    yield drawn(rng, 1500, hidden), 5, 600
