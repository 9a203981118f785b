import numpy as np

from zen_transformer.grading import points


@points(1)
def two_settings_by_hand():
    """Three seeds; the second setting is better on validation, the first on test."""
    validation = np.array([[0.70, 0.71, 0.69], [0.72, 0.74, 0.73]])
    test = np.array([[0.76, 0.75, 0.77], [0.71, 0.75, 0.73]])
    yield validation, test


@points(1)
def luck_and_ties(rng):
    """One lucky seed, one unlucky one; two settings that are equally good; many."""
    validation = np.array([[0.6, 0.6, 0.6, 0.7], [0.5, 0.95, 0.5, 0.5], [0.6, 0.7, 0.6, 0.6]])
    yield validation, rng.random((3, 4))
    yield np.array([[0.7, 0.7, 0.25], [0.65, 0.6, 0.65]]), rng.random((2, 3))
    yield np.array([[0.5], [0.75], [0.75]]), rng.random((3, 1))
    yield rng.random((3, 2)), rng.random((3, 2))
    for _ in range(3):
        settings, seeds = (int(n) for n in rng.permutation(np.arange(3, 8))[:2])
        yield rng.random((settings, seeds)), rng.random((settings, seeds))
