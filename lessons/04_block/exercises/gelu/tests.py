import numpy as np

from zen_transformer.grading import points


@points(1)
def a_few_numbers(rng):
    """Zero, one and minus one, then a grid of numbers."""
    yield np.array([0.0, 1.0, -1.0]), 1.0
    yield np.linspace(-4, 4, 33).reshape(3, 11), 1.0
    yield np.linspace(-4, 4, 33).reshape(11, 3), rng.uniform(0.3, 0.8)


@points(1)
def far_from_zero(rng):
    """Large and tiny inputs, and more axes."""
    yield np.array([1000.0, -1000.0, 1e-9, -30.0]), 1.0
    yield 3 * rng.normal(size=rng.integers(2, 5, 3)), 1.0
    yield 3 * rng.normal(size=rng.integers(2, 5, 3)), rng.uniform(1.5, 3)
