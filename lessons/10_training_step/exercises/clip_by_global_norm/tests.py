import numpy as np

from zen_transformer.grading import points


def drawn(seed, size):
    """Three arrays of different shapes and sizes."""
    rng = np.random.default_rng(seed)
    return {
        "kernel": size * rng.normal(size=(3, 2)),
        "bias": 0.1 * size * rng.normal(size=2),
        "table": 5 * size * rng.normal(size=(4, 1)),
    }


@points(1)
def three_and_four():
    """A kernel of 3 and a bias of 4: the norm is 5."""
    yield {"kernel": np.array([3.0]), "bias": np.array([4.0])}, 1.0


@points(1)
def long_and_short():
    """Long gradients, short ones, and none."""
    yield drawn(0, 1.0), 2.0
    yield drawn(1, 10.0), 0.5
    yield drawn(2, 0.01), 1.0
    yield {"kernel": np.array([0.6, 0.0]), "bias": np.array([-0.3])}, 0.7
    yield {"kernel": np.zeros((2, 2)), "bias": np.zeros(2)}, 1.0
