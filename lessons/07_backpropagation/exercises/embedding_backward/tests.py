import numpy as np

from zen_transformer.grading import points


@points(1)
def every_id_once():
    """Three places, three ids; one row is never looked up."""
    yield np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), np.array([2, 0, 1]), 4


@points(1)
def ids_that_come_again():
    """Ids twice and three times, within a sequence and in two of them."""
    yield np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), np.array([1, 2, 1]), 3
    rng = np.random.default_rng(0)
    yield rng.normal(size=(2, 6, 3)), np.array([[2, 4, 4, 1, 2, 0], [4, 0, 3, 2, 0, 0]]), 6
