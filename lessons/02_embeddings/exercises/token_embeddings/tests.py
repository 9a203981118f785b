import numpy as np

from zen_transformer.grading import points


def drawn(rng, ids, segments, start, hidden, epsilon=1e-12):
    """The three tables, a scale and a bias beside the ids."""
    shapes = (9, hidden), (15, hidden), (2, hidden), (hidden,), (hidden,)
    return ids, segments, start, *(rng.normal(size=shape) for shape in shapes), epsilon


@points(1)
def two_tokens(rng):
    """One text of two tokens, in one segment."""
    ids = np.array([[2, 1]])
    yield drawn(rng, ids, np.zeros_like(ids), 0, int(rng.integers(3, 7)))


@points(1)
def two_segments(rng):
    """A pair of texts: the second has another segment; then the same further on in a text."""
    ids, segments = np.array([[1, 5, 2, 6, 2]]), np.array([[0, 0, 0, 1, 1]])
    yield drawn(rng, ids, segments, 0, int(rng.integers(3, 7)))
    yield drawn(rng, ids, segments, int(rng.integers(1, 9)), int(rng.integers(3, 7)))


@points(2)
def batches(rng):
    """Several rows, among them a single token and the same token twice; and a large ε."""
    batch, length = int(rng.integers(2, 4)), int(rng.integers(5, 8))
    shapes = (batch, 1, 4, 1e-12), (batch, length, 5, 1e-12), (3, 3, 4, 0.2)
    for texts, tokens, hidden, epsilon in shapes:
        ids = rng.integers(0, 9, (texts, tokens))
        ids[0, -1] = ids[0, 0]
        segments = np.arange(ids.size).reshape(ids.shape) % 2
        yield drawn(rng, ids, segments, int(rng.integers(0, 8)), hidden, epsilon)
    ids = rng.integers(0, 9, (batch, 15))
    yield drawn(rng, ids, ids % 2, 0, 4)
