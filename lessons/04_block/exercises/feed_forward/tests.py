import numpy as np

from zen_transformer.grading import points


def maps(rng, hidden, intermediate):
    """W_1, b_1, W_2, b_2."""
    shapes = (hidden, intermediate), (intermediate,), (intermediate, hidden), (hidden,)
    return tuple(rng.normal(size=shape) for shape in shapes)


@points(1)
def one_token():
    """One token, as many neurons as dimensions."""
    rng = np.random.default_rng(0)
    yield rng.normal(size=(1, 2)), *maps(rng, 2, 2)


@points(2)
def many_tokens():
    """More neurons than dimensions, and batches."""
    rng = np.random.default_rng(1)
    for shape, intermediate in (((4, 3), 5), ((2, 3, 4), 7), ((5, 4), 4)):
        yield rng.normal(size=shape), *maps(rng, shape[-1], intermediate)
