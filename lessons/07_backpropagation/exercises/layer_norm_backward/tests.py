import numpy as np

from zen_transformer.grading import points


@points(1)
def one_token():
    """Four numbers, γ = 1 or not."""
    x, dy = np.array([[1.0, 2.0, 3.0, 6.0]]), np.array([[1.0, 0.0, 0.0, -2.0]])
    yield dy, x, np.ones(4), 1e-12
    yield dy, x, np.array([0.5, 2.0, -1.0, 1.0]), 1e-12


@points(1)
def a_large_epsilon():
    """Where ε counts, its place can be seen."""
    rng = np.random.default_rng(0)
    yield rng.normal(size=(3, 5)), 0.1 * rng.normal(size=(3, 5)), rng.normal(size=5), 0.01


@points(1)
def a_batch():
    """Batch and length before the last axis."""
    rng = np.random.default_rng(1)
    yield rng.normal(size=(2, 3, 6)), 3.0 + rng.normal(size=(2, 3, 6)), rng.normal(size=6), 1e-12
