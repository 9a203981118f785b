from zen_transformer.grading import points


@points(1)
def by_hand():
    """One pair of columns: sin i and cos i; two pairs, the second a hundred times slower."""
    yield 3, 2
    yield 3, 4


@points(1)
def wider_and_longer():
    """More pairs, and places far away."""
    yield 6, 8
    yield 40, 6
    yield 700, 4
