import numpy as np

from zen_transformer.grading import points


@points(1)
def four_pieces_by_hand():
    """Counts 4, 2, 1 and 1 with the one added."""
    yield np.array([0, 0, 0, 1]), np.array([1, 0, 1, 2]), 4


@points(1)
def pieces_never_seen(rng):
    """The test text has pieces that training lacks, and another favourite; two are as frequent."""
    yield np.array([2, 2, 2]), np.array([0, 0, 2, 1, 0]), 6
    yield np.array([3, 1, 3, 1, 0]), np.array([1, 3, 3, 2]), 5
    train = np.concatenate([rng.integers(0, 9, rng.integers(30, 50)), [4] * 12])
    test = np.concatenate([rng.integers(3, 20, rng.integers(20, 40)), [4] * 2, [7] * 8])
    yield rng.permutation(train), rng.permutation(test), int(rng.integers(20, 30))
