import numpy as np

from zen_transformer.grading import points


def drawn(rng, size):
    """Three arrays of different shapes and sizes."""
    rows, columns = rng.integers(2, 6, 2)
    return {
        "kernel": size * rng.normal(size=(rows, columns)),
        "bias": 0.1 * size * rng.normal(size=columns),
        "table": 5 * size * rng.normal(size=(rows + 1, 1)),
    }


@points(1)
def three_and_four():
    """A kernel of 3 and a bias of 4: the norm is 5."""
    yield {"kernel": np.array([3.0]), "bias": np.array([4.0])}, 1.0


@points(1)
def long_and_short(rng):
    """Long gradients, short ones, none, and those that overflowed."""
    yield drawn(rng, 1.0), 2.0
    yield drawn(rng, 10.0), 0.5
    yield drawn(rng, 0.01), 0.005
    yield drawn(rng, 0.01), 1.0
    yield {"kernel": np.array([0.6, 0.0]), "bias": np.array([-0.3])}, 0.7
    yield {"kernel": np.zeros((2, 2)), "bias": np.zeros(2)}, 1.0
    for number in (np.inf, np.nan, -np.inf):
        broken = drawn(rng, 1.0)
        broken["bias"][-1] = number
        yield broken, 2.0
