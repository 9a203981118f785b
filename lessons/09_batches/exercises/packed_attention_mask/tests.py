import numpy as np

from zen_transformer.grading import points


def rows(rng, batch, length, sequences):
    """Rows of so many sequences; every second one has padding behind them."""
    ids = np.zeros((batch, length), int)
    for row in ids:
        cuts = np.sort(rng.choice(np.arange(1, length), sequences, replace=False))
        row[:] = np.searchsorted(cuts, np.arange(length), side="right") + 1
    ids[::2][ids[::2] > sequences] = 0
    return ids


@points(1)
def by_hand():
    """One token; two sequences in either row, and a place of padding in both."""
    yield np.array([[1]]), np.array([[1]])
    yield np.array([[1, 1, 2, 0]]), np.array([[1, 2, 2, 2, 0]])


@points(1)
def several_rows(rng):
    """Rows that differ, full ones and an empty one; a sequence that one of the two lacks."""
    queries, keys = int(rng.integers(6, 9)), int(rng.integers(9, 12))
    empty = rows(rng, 3, queries, 3)
    empty[1] = 0
    yield empty, rows(rng, 3, keys, 3)
    yield rows(rng, 2, keys, 3), rows(rng, 2, queries, 2)
    yield rows(rng, 2, queries, 4), rows(rng, 2, queries, 4)
