import numpy as np

from zen_transformer.grading import points


def drawn(rng, *shape, size=1.0):
    """Weights, a gradient, and memories of gradients of that size."""
    gradient, mean = size * rng.normal(size=(2, *shape))
    return rng.normal(size=shape), gradient, 0.5 * mean, (size * rng.uniform(0.5, 2, shape)) ** 2


@points(1)
def the_first_step():
    """Two weights, memories of 0, no decay."""
    zeros = np.zeros(2)
    yield np.array([1.0, -2.0]), np.array([0.1, 10.0]), zeros, zeros, 1, 0.1, 0.0


@points(1)
def later_steps(rng):
    """Memories that are not 0; other β and ε."""
    rows, columns = rng.integers(2, 6, 2)
    yield *drawn(rng, rows), int(rng.integers(5, 20)), 0.01, 0.0
    yield *drawn(rng, rows, columns), 500, 0.3, 0.0, 0.8, 0.9, 1e-6
    yield *drawn(rng, columns), int(rng.integers(2, 5)), 0.3, 0.0, 0.7, 0.95


@points(1)
def with_decay(rng):
    """Weights that decay, with large gradients and with small ones."""
    rows, columns = rng.integers(2, 6, 2)
    yield *drawn(rng, rows), 1, 0.1, 0.1
    yield *drawn(rng, columns, size=100.0), 3, 0.1, 0.5
    yield *drawn(rng, rows, columns, size=0.01), int(rng.integers(10, 40)), 0.2, 0.5


@points(1)
def small_gradients(rng):
    """Gradients near epsilon, and none at all."""
    yield *drawn(rng, 4, size=1e-6), 5, 0.1, 0.0
    yield *drawn(rng, 3, size=1e-8), 2, 0.1, 0.01, 0.9, 0.99, 1e-8
    yield np.ones(2), np.zeros(2), np.zeros(2), np.zeros(2), 1, 0.1, 0.01
