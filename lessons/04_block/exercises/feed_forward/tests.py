from zen_transformer.grading import points


def maps(rng, hidden, intermediate):
    """W_1, b_1, W_2, b_2."""
    shapes = (hidden, intermediate), (intermediate,), (intermediate, hidden), (hidden,)
    return tuple(rng.normal(size=shape) for shape in shapes)


@points(1)
def one_token(rng):
    """One token, as many neurons as dimensions."""
    yield rng.normal(size=(1, 2)), *maps(rng, 2, 2)


@points(2)
def many_tokens(rng):
    """More neurons than dimensions, and batches."""
    batch, length, hidden = rng.permutation([2, 3, 4]) + rng.integers(0, 2)
    for shape, intermediate in (((length, hidden), 7), ((batch, length, hidden), 8)):
        yield rng.normal(size=shape), *maps(rng, shape[-1], intermediate)
    yield rng.normal(size=(length, hidden)), *maps(rng, hidden, hidden)
