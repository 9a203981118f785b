import numpy as np

from zen_transformer.grading import points


@points(1)
def by_hand():
    """The example of the task, and one sequence alone."""
    yield np.array([2]), 3
    yield np.array([5, 4, 2]), 8


@points(1)
def many():
    """Sequences that just fit, full rows, and forty of them."""
    yield np.array([4, 3, 4, 1]), 4
    yield np.array([5, 4, 3, 2]), 8
    yield np.random.default_rng(0).integers(1, 17, 40), 16
