import numpy as np

from zen_transformer.grading import points


@points(1)
def two_tokens_by_hand():
    """One token, then two; γ and β are 0."""
    yield np.array([1.0, 3.0]), np.zeros(2), np.zeros(2), 1e-12
    x = np.array([[1.0, 3.0, 1.0, 3.0], [0.0, 4.0, 2.0, 2.0]])
    yield x, np.zeros(4), np.zeros(4), 1e-12


@points(1)
def scale_and_bias(rng):
    """A batch of sequences, with a scale and a bias."""
    a, b, hidden = rng.integers(2, 5), rng.integers(2, 5), rng.integers(5, 9)
    for shape in ((a, hidden), (b, a, hidden), (b, 1, hidden), (a, a, a), (hidden,)):
        n = shape[-1]
        yield 4 + rng.normal(size=shape), rng.normal(size=n), rng.normal(size=n), 1e-12


@points(2)
def hardly_any_deviation(rng):
    """Where ε counts, and where it stands: entries nearly or wholly equal, or far from 0."""
    yield np.full((1, 3), 0.5), np.zeros(3), np.ones(3), 1e-12
    near = 1e-6 * np.array([[1.0, -1.0, 1.0, -1.0], [3.0, 1.0, -1.0, -3.0]])
    yield near, np.zeros(4), np.zeros(4), 1e-12
    yield 0.01 * np.array([[2.0, -1.0, -1.0]]), np.zeros(3), np.zeros(3), 1e-3
    n, hidden = rng.integers(2, 5), rng.integers(3, 8)
    drawn = rng.normal(size=(n, hidden))
    yield 0.01 * drawn, rng.normal(size=hidden), rng.normal(size=hidden), 1e-3
    yield 1e6 + drawn, rng.normal(size=hidden), rng.normal(size=hidden), 1e-12
