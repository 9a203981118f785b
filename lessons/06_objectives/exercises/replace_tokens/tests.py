import numpy as np

from zen_transformer.grading import points

MASK = 4


@points(1)
def by_hand():
    """One place is masked, one random, one kept, three are not chosen; and u at the limits."""
    ids = np.array([[2, 21, 22, 23, 24, 3]])
    chosen = np.array([[False, True, False, True, True, False]])
    action = np.array([[0.10, 0.35, 0.85, 0.84, 0.97, 0.95]])
    yield ids, chosen, action, np.array([[41, 42, 43, 44, 45, 46]]), MASK
    limits = np.array([[0.0, 0.8, 0.9, 0.79999, 0.89999, 0.99999]])
    yield ids, np.ones((1, 6), bool), limits, np.array([[41, 42, 43, 44, 45, 46]]), MASK


@points(1)
def a_batch(rng):
    """Three sequences with padding, a third of the places chosen; and one where none is."""
    ids = rng.integers(5, 90, (3, int(rng.integers(28, 36))))
    ids[1, 20:] = 0
    chosen = (rng.random(ids.shape) < 0.35) & (ids > 0)
    action = rng.permutation(np.linspace(0.005, 0.995, ids.size)).reshape(ids.shape)
    yield ids, chosen, action, rng.integers(5, 90, ids.shape), MASK
    nothing = np.zeros((1, 4), bool)
    yield ids[:1, :4], nothing, rng.random((1, 4)), rng.integers(5, 90, (1, 4)), MASK
