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
def more_axes_of_rows():
    """A batch of sequences; and one token alone."""
    rng = np.random.default_rng(0)
    yield rng.normal(size=(2, 3, 5)), rng.normal(size=(2, 3, 4)), rng.normal(size=(4, 5))
    yield rng.normal(size=(1, 2)), rng.normal(size=(1, 6)), rng.normal(size=(6, 2))
