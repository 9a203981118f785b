import numpy as np

from zen_transformer.grading import points


@points(1)
def whole_texts():
    """One token; three; two texts, one of them with padding before it."""
    yield 1, 1, 0, np.array([[1]])
    yield 3, 3, 0, np.array([[1, 1, 1]])
    yield 4, 4, 0, np.array([[1, 1, 1, 1], [0, 1, 1, 1]])


@points(1)
def with_a_cache():
    """Tokens that come later, and places that nobody has written yet."""
    yield 1, 5, 2, np.array([[1, 1, 1, 1, 1]])
    yield 2, 6, 3, np.array([[1, 1, 1, 1, 1, 1], [0, 0, 1, 1, 1, 1]])
