import numpy as np

from zen_transformer.grading import points


@points(1)
def four_entries():
    """Four entries, a quarter of which is dropped."""
    yield np.array([3.0, 6.0, 9.0, 12.0]), np.array([0.9, 0.1, 0.5, 0.3]), 0.25, True


@points(1)
def when_it_is_used(rng):
    """No dropout outside of training, and none at rate 0."""
    yield np.array([3.0, -6.0]), np.array([0.9, 0.05]), 0.4, False
    yield np.array([3.0, -6.0]), np.array([0.9, 0.0]), 0.0, True
    x, uniform = rng.normal(size=(2, rng.integers(2, 5), 3))
    yield x, uniform % 1, rng.uniform(0.3, 0.8), False


@points(1)
def several_axes(rng):
    """Other rates, more axes, and a draw that is the rate itself."""
    for axes, low in ((2, 0.1), (3, 0.6)):
        shape = tuple(rng.integers(3, 6, axes))
        yield rng.normal(size=shape), rng.uniform(size=shape), low + 0.1 * rng.random(), True
    yield np.array([1.0, 1.0, 1.0]), np.array([0.5, 0.25, 0.75]), 0.5, True
    yield np.array([1.0, 1.0, 1.0, 1.0]), np.array([0.25, 0.75, 0.5, 0.0]), 0.25, True
