import numpy as np

from zen_transformer.grading import points


@points(1)
def one_row_by_hand():
    """One row: the weights of ln 1, ln 2 and ln 5 are 1/8, 2/8 and 5/8."""
    yield (np.log([1.0, 2.0, 5.0]),)
    yield (np.array([3.0]),)


@points(1)
def rows_of_their_own():
    """Every row sums to 1 for itself, in arrays of two to four axes."""
    rng = np.random.default_rng(0)
    for shape in ((2, 3), (3, 3), (2, 3, 4), (2, 1, 3, 5)):
        yield (rng.normal(size=shape),)


@points(1)
def huge_scores():
    """Scores of 1000 and of −1000, also in one array."""
    yield (np.array([1000.0, 1001.0]),)
    yield (np.array([-1000.0, -1001.0, -1000.0]),)
    yield (np.array([[1000.0, 999.0], [-1000.0, -1001.0]]),)
