import numpy as np

from zen_transformer.grading import points


@points(1)
def every_id_once(rng):
    """Every id at most once; some rows are never looked up."""
    yield np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), np.array([2, 0, 1]), 4
    rows = int(rng.integers(6, 10))
    ids = rng.permutation(rows - 1)[:4]
    yield rng.normal(size=(4, rng.integers(2, 6))), ids, rows


@points(1)
def ids_that_come_again(rng):
    """Ids that repeat, within a sequence and in two of them; and gradients that cancel."""
    yield np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), np.array([1, 2, 1]), 3
    yield np.array([[1e9, 2.0], [3.0, 4.0], [1.0, 6.0], [-1e9, 0.5]]), np.array([1, 0, 1, 1]), 3
    ids = np.array([[2, 4, 4, 1, 2, 0], [4, 0, 3, 2, 0, 0]])
    yield rng.normal(size=(2, 6, 3)), ids, 6
    ids = rng.permutation(np.arange(24) % 5).reshape(2, 3, 4) + 1
    yield rng.normal(size=(2, 3, 4, rng.integers(2, 6))), ids, int(rng.integers(8, 12))
