import numpy as np

from zen_transformer.grading import points


@points(1)
def four_entries():
    """Four entries, a quarter of which is dropped."""
    yield np.array([3.0, 6.0, 9.0, 12.0]), np.array([0.9, 0.1, 0.5, 0.3]), 0.25, True


@points(1)
def when_it_is_used():
    """No dropout outside of training, and none at rate 0."""
    yield np.array([3.0, -6.0]), np.array([0.9, 0.05]), 0.4, False
    yield np.array([3.0, -6.0]), np.array([0.9, 0.0]), 0.0, True


@points(1)
def several_axes():
    """Other rates, more axes, and a draw that is the rate itself."""
    rng = np.random.default_rng(0)
    for shape, rate in (((3, 4), 0.1), ((2, 3, 5), 0.7)):
        yield rng.normal(size=shape), rng.uniform(size=shape), rate, True
    yield np.array([1.0, 1.0, 1.0]), np.array([0.5, 0.25, 0.75]), 0.5, True
