import numpy as np

from zen_transformer.grading import points


@points(1)
def by_hand():
    """The example of the task, and one sequence alone."""
    yield np.array([2]), 3
    yield np.array([5, 4, 2]), 8


@points(1)
def many(rng):
    """Sequences that just fit, full rows, and some forty of them."""
    yield np.array([4, 3, 4, 1]), 4
    yield np.array([5, 4, 3, 2]), 8
    for length in rng.integers(12, 20, 2).tolist():
        yield rng.integers(1, length + 1, rng.integers(30, 45)), length
