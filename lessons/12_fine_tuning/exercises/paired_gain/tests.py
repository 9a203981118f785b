import numpy as np

from zen_transformer.grading import points


@points(1)
def three_seeds_by_hand():
    """Both go up and down together; ours is 0.02 better, more or less."""
    yield np.array([0.70, 0.76, 0.64]), np.array([0.68, 0.73, 0.63])


@points(1)
def no_clear_gain(rng):
    """Better here, equal there, worse elsewhere."""
    yield np.array([0.5, 0.75, 0.625, 0.25, 0.5]), np.array([0.5, 0.5, 0.75, 0.375, 0.25])
    for _ in range(2):
        ours, theirs = rng.uniform(0.6, 0.8, (2, rng.integers(6, 12)))
        theirs[-1] = ours[-1]
        yield ours, theirs
