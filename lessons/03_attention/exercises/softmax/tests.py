import numpy as np

from zen_transformer.grading import points


@points(1)
def one_row_by_hand():
    """One row: the weights of ln 1, ln 2 and ln 5 are 1/8, 2/8 and 5/8."""
    yield np.log([1.0, 2.0, 5.0]), -1
    yield np.array([3.0]), 0


@points(1)
def every_axis(rng):
    """Arrays of two to four axes, and every axis of them."""
    a, b, c = rng.permutation([2, 3, 4]) + rng.integers(0, 3)
    yield rng.normal(size=(a, b)), 1
    yield rng.normal(size=(a, b)), 0
    yield rng.normal(size=(a, a)), 0
    for axis in (0, 1, -1, -2):
        yield rng.normal(size=(a, b, c)), axis
    yield rng.normal(size=(b, 1, a, c)), 2


@points(1)
def huge_scores(rng):
    """Scores of 1000 and of −1000, also in one array and in one row."""
    yield np.array([1000.0, 1001.0]), -1
    yield np.array([-1000.0, -1001.0, -1000.0]), -1
    yield np.array([[1000.0, 999.0], [-1000.0, -1001.0]]), 1
    yield np.array([[1000.0, -1000.0, 999.0], [-1000.0, 1000.0, 1000.0]]), 1
    far = np.arange(rng.integers(3, 6)) % 2 * 4000.0 - 2000.0
    yield far + rng.normal(size=(rng.integers(2, 6), len(far))), 0
    yield rng.normal(size=len(far)) + far, 0
