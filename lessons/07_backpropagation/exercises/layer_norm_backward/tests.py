import numpy as np

from zen_transformer.grading import points


@points(1)
def one_token():
    """Four numbers, γ = 1 or not."""
    x, dy = np.array([[1.0, 2.0, 3.0, 6.0]]), np.array([[1.0, 0.0, 0.0, -2.0]])
    yield dy, x, np.ones(4), 1e-12
    yield dy, x, np.array([0.5, 2.0, -1.0, 1.0]), 1e-12


@points(1)
def a_large_epsilon(rng):
    """Where ε counts, its place can be seen."""
    n, hidden = map(int, rng.permutation([3, 4, 5])[:2])
    yield (
        rng.normal(size=(n, hidden)),
        0.1 * rng.normal(size=(n, hidden)),
        rng.normal(size=hidden),
        0.01,
    )


@points(1)
def a_batch(rng):
    """Batch and length before the last axis, and more axes."""
    shape = tuple(map(int, rng.permutation([2, 3, 4]) + np.array([0, 0, 2])))
    for axes in (shape, (2, *shape)):
        dy, x = rng.normal(size=axes), 3.0 + rng.normal(size=axes)
        yield dy, x, rng.normal(size=axes[-1]), 1e-12
