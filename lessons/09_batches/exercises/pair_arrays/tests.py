from zen_transformer.grading import points


def drawn(rng, a, b, more):
    """Ids of A and of B, the length of a row with so many places left, and three marks."""
    marks, ids = rng.permutation(10), rng.integers(10, 99, a + b).tolist()
    return ids[:a], ids[a:], a + b + 3 + more, *marks[:3].tolist()


@points(1)
def by_hand():
    """A = (7, 8), B = (9), in a row that is just long enough."""
    yield [7, 8], [9], 6, 2, 3, 0


@points(1)
def with_padding(rng):
    """Rows with room left, a padding that is not 0, an empty passage, marks with one id."""
    a, b, more = rng.integers(1, 9, 3).tolist()
    yield [7], [8], 7, 2, 3, 0
    yield drawn(rng, a, b, more)
    yield drawn(rng, b, a, 0)
    yield [5] * 9, [], 16, 4, 6, 7
    first, second, length, one, two, _ = drawn(rng, a, b, more)
    yield first, second, length, one, two, two  # padding as in GPT-2
    yield first, second, length, one, one, two
