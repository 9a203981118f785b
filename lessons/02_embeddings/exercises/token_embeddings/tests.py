import numpy as np

from zen_transformer.grading import points


def tables(rng, vocab, positions, hidden):
    """Three tables, a scale and a bias; and BERT's ε."""
    shapes = (vocab, hidden), (positions, hidden), (2, hidden), (hidden,), (hidden,)
    return *(rng.normal(size=shape) for shape in shapes), 1e-12


@points(1)
def two_tokens():
    """One text of two tokens, in one segment."""
    ids = np.array([[2, 1]])
    yield ids, np.zeros_like(ids), *tables(np.random.default_rng(0), 3, 4, 4)


@points(1)
def two_segments():
    """A pair of texts: the second has another segment."""
    ids = np.array([[1, 5, 2, 6, 2]])
    yield ids, np.array([[0, 0, 0, 1, 1]]), *tables(np.random.default_rng(1), 7, 8, 4)


@points(2)
def batches():
    """Several rows, among them a single token and the same token twice."""
    rng = np.random.default_rng(2)
    for batch, length, hidden in ((3, 1, 4), (2, 3, 5), (3, 6, 4)):
        ids = rng.integers(0, 9, (batch, length))
        ids[0, -1] = ids[0, 0]
        segments = rng.integers(0, 2, (batch, length))
        yield ids, segments, *tables(rng, 9, 12, hidden)
