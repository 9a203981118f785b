import numpy as np

from zen_transformer.grading import points


@points(1)
def two_tokens_by_hand():
    """One token, then two; scale 1 and bias 0."""
    yield np.array([1.0, 3.0]), np.ones(2), np.zeros(2), 1e-12
    x = np.array([[1.0, 3.0, 1.0, 3.0], [0.0, 4.0, 2.0, 2.0]])
    yield x, np.ones(4), np.zeros(4), 1e-12


@points(1)
def scale_and_bias():
    """A batch of sequences, with a scale and a bias."""
    rng = np.random.default_rng(2)
    for shape in ((3, 5), (2, 3, 5), (4, 1, 7)):
        hidden = shape[-1]
        yield 4 + rng.normal(size=shape), rng.normal(size=hidden), rng.normal(size=hidden), 1e-12


@points(2)
def hardly_any_deviation():
    """Vectors whose entries are nearly or wholly equal: here ε counts, and where it stands."""
    yield np.full((1, 3), 0.5), np.ones(3), np.ones(3), 1e-12
    near = 1e-6 * np.array([[1.0, -1.0, 1.0, -1.0], [3.0, 1.0, -1.0, -3.0]])
    yield near, np.ones(4), np.zeros(4), 1e-12
    yield 0.01 * np.array([[2.0, -1.0, -1.0]]), np.ones(3), np.zeros(3), 1e-3
