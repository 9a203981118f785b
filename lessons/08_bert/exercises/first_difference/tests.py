import numpy as np

from zen_transformer.grading import points


def states(rng, layers, size=1.0):
    """Hidden states of one sequence."""
    length, hidden = rng.integers(3, 7, 2)
    return list(size * rng.normal(size=(layers, 1, length, hidden)))


@points(1)
def where_it_begins(rng):
    """The same, a difference from a layer on, one number alone, small ones, one on the limit."""
    layers = int(rng.integers(4, 7))
    theirs = states(rng, layers)
    yield [state.copy() for state in theirs], theirs, 1e-10
    begins = int(rng.integers(1, layers))
    yield [*theirs[:begins], *(state - 0.01 for state in theirs[begins:])], theirs, 1e-6
    one_number = [state.copy() for state in theirs]
    one_number[begins][0, 2, 1] += 0.05 * np.max(np.abs(theirs[begins]))
    yield one_number, theirs, 1e-2
    yield [theirs[0] + 9e-5, *(state + 1e-5 for state in theirs[1:])], theirs, 1e-3
    large = states(rng, 3, size=100.0)
    yield [large[0], large[1] + 0.02, large[2] + 2.0], large, 1e-3
    yield [np.array([[[4.5, 1.0]]])], [np.array([[[4.0, 1.0]]])], 0.125


@points(1)
def what_hides_a_difference(rng):
    """nan, shapes that broadcast, as many numbers in another shape, a layer too few."""
    theirs = states(rng, int(rng.integers(5, 9)))
    broken = [state.copy() for state in theirs]
    broken[int(rng.integers(1, len(theirs)))][0, 2, 1] = np.nan
    yield broken, theirs, 1e-6
    one_token = theirs[0][:, :1]
    yield [one_token, *theirs[1:]], [np.repeat(one_token, 3, axis=1), *theirs[1:]], 1e-6
    yield [theirs[0].reshape(1, 1, -1), *theirs[1:]], theirs, 1e-6
    yield theirs[:2], theirs, 1e-6
