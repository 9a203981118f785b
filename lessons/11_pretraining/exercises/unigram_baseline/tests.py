import numpy as np

from zen_transformer.grading import points


@points(1)
def four_pieces_by_hand():
    """Counts 4, 2, 1 and 1 with the one added."""
    yield np.array([0, 0, 0, 1]), np.array([1, 0, 1, 2]), 4


@points(1)
def pieces_never_seen():
    """The test text has pieces that training lacks, and another favourite."""
    yield np.array([2, 2, 2]), np.array([0, 0, 2, 1, 0]), 6
    rng = np.random.default_rng(0)
    yield rng.integers(0, 9, 40), rng.integers(3, 20, 30), 20
