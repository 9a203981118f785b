import numpy as np

from zen_transformer.grading import points


@points(1)
def two_tokens_by_hand():
    """The example of the lesson, and a square kernel."""
    dy = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.5]])
    x = np.array([[1.0, 2.0], [3.0, 0.0]])
    yield dy, x, np.array([[1.0, 0.0, 2.0], [0.0, 1.0, -1.0]])
    yield dy[:, :2], x, np.array([[1.0, 2.0], [0.0, -1.0]])


@points(1)
def more_axes_of_rows(rng):
    """A batch of sequences, one axis more; and one token alone."""
    a, b, ins, outs = map(int, rng.permutation([2, 3, 4, 5]))
    for rows in ((a, b), (a, 2, b), (1,)):
        yield (
            rng.normal(size=(*rows, outs)),
            rng.normal(size=(*rows, ins)),
            rng.normal(size=(ins, outs)),
        )
    yield rng.normal(size=(a, b, ins)), rng.normal(size=(a, b, ins)), rng.normal(size=(ins, ins))
