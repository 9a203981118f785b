import numpy as np

from zen_transformer.grading import points


@points(1)
def four_tokens():
    """Four tokens in the plane: a long vector in another direction is no neighbour."""
    table = np.array([[1.0, 0.0], [0.9, 0.3], [5.0, 5.0], [-1.0, 0.1]])
    yield table, 0, 1
    yield table, 0, 3
    yield table, 3, 2


@points(1)
def a_larger_table():
    """Rows of very different lengths."""
    rng = np.random.default_rng(3)
    for vocab, hidden, token, count in ((9, 4, 8, 5), (40, 3, 0, 7)):
        yield np.exp(rng.normal(size=(vocab, 1))) * rng.normal(size=(vocab, hidden)), token, count
