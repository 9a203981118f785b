import numpy as np

from zen_transformer.grading import points

MASK = 4


@points(1)
def by_hand():
    """One place is masked, one random, one kept, three are not chosen."""
    ids = np.array([[2, 21, 22, 23, 24, 3]])
    chosen = np.array([[False, True, False, True, True, False]])
    action = np.array([[0.10, 0.35, 0.85, 0.84, 0.97, 0.95]])
    yield ids, chosen, action, np.array([[41, 42, 43, 44, 45, 46]]), MASK


@points(1)
def a_batch():
    """Three sequences with padding, a third of the places chosen; and one where none is."""
    rng = np.random.default_rng(0)
    ids = rng.integers(5, 90, (3, 30))
    ids[1, 20:] = 0
    chosen = (rng.random(ids.shape) < 0.35) & (ids > 0)
    yield ids, chosen, rng.random(ids.shape), rng.integers(5, 90, ids.shape), MASK
    nothing = np.zeros((1, 4), bool)
    yield ids[:1, :4], nothing, rng.random((1, 4)), rng.integers(5, 90, (1, 4)), MASK
