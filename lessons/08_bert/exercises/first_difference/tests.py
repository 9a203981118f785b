import numpy as np

from zen_transformer.grading import points


def states(seed, layers, size=1.0):
    """Hidden states of one sequence."""
    return list(size * np.random.default_rng(seed).normal(size=(layers, 1, 3, 4)))


@points(1)
def where_it_begins():
    """The same, a difference from layer 2 on, one number alone, and small ones."""
    theirs = states(0, 4)
    yield [state.copy() for state in theirs], theirs, 1e-10
    yield [*theirs[:2], *(state - 0.01 for state in theirs[2:])], theirs, 1e-6
    one_number = [state.copy() for state in theirs]
    one_number[1][0, 2, 3] += 0.05
    yield one_number, theirs, 1e-2
    yield [state + 1e-5 for state in theirs], theirs, 1e-3
    large = states(1, 3, size=100.0)
    yield [large[0], large[1] + 0.02, large[2] + 2.0], large, 1e-3


@points(1)
def what_hides_a_difference():
    """nan, shapes that broadcast, a layer too few."""
    theirs = states(2, 3)
    broken = [state.copy() for state in theirs]
    broken[1][0, 2, 1] = np.nan
    yield broken, theirs, 1e-6
    one_token = theirs[0][:, :1]
    yield [one_token, *theirs[1:]], [np.repeat(one_token, 3, axis=1), *theirs[1:]], 1e-6
    yield theirs[:2], theirs, 1e-6
