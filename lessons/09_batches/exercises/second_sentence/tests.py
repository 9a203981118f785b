import numpy as np

from zen_transformer.grading import points

TWO = np.array([0, 0, 1, 1])
LONG = np.repeat([0, 1, 2, 3], [3, 1, 5, 2])


@points(1)
def what_follows():
    """True pairs, and places where nothing follows."""
    yield TWO, 0, 0, 0.5
    yield TWO, 1, 0, 0.5
    yield TWO, 3, 0, 0.5
    for here in range(len(LONG)):
        yield LONG, here, 0, 0.25


@points(1)
def from_another_document():
    """False pairs."""
    yield TWO, 0, 1, 0.0
    yield TWO, 2, 1, 0.75
    for here in (0, 3, 4, 8, 10):
        for draw in (0.0, 0.3, 0.62, 0.999):
            yield LONG, here, 1, draw
