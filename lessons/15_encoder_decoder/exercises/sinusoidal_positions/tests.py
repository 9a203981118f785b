import numpy as np

from zen_transformer.grading import points


@points(1)
def by_hand():
    """One pair of columns: sin i and cos i; two pairs, the second a hundred times slower."""
    yield np.array([[0, 1, 2]]), 2
    yield np.array([[0, 1, 2]]), 4


@points(1)
def any_places(rng):
    """More pairs, packed rows, places far away."""
    for hidden in (8, 6, 4):
        batch, length = (int(n) for n in rng.permutation([2, 3, 5, 7])[:2])
        yield rng.integers(0, 800, (batch, length)), hidden
    yield (
        np.array([[0, 1, 2, 3, 0, 1, 0, 0], [0, 1, 2, 3, 4, 5, 6, 7]]),
        2 * int(rng.integers(3, 7)),
    )
