from zen_transformer.grading import points


@points(1)
def by_hand():
    """A = (7, 8), B = (9), in a row that is just long enough."""
    yield [7, 8], [9], 6, 2, 3, 0


@points(1)
def with_padding():
    """Rows with room left, and a padding that is not 0."""
    yield [7], [8], 7, 2, 3, 0
    yield [11, 12, 13], [14, 15, 16, 17, 18], 14, 101, 102, 1
    yield [5] * 9, [], 16, 4, 6, 7
