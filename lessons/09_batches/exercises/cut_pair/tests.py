from zen_transformer.grading import points


def passages(rng, a, b):
    """Ids of A and of B."""
    ids = 5 + rng.permutation(a + b + 10)
    return ids[:a], ids[a : a + b]


@points(1)
def enough_room(rng):
    """Everything fits, and is kept."""
    yield *passages(rng, 1, 1), 5
    yield *passages(rng, 3, 2), 12
    a, b = rng.integers(2, 9, 2)
    yield *passages(rng, a, b), int(a + b + 3)


@points(1)
def longest_first(rng):
    """A is longer, B is longer, both are equal, one is very short, there is no room at all."""
    for a, b, room in (
        (5, 2, 5),
        (2, 7, 6),
        (4, 4, 5),
        (9, 6, 7),
        (1, 12, 8),
        (12, 0, 5),
        (3, 2, 0),
    ):
        yield *passages(rng, a, b), room + 3
    for _ in range(4):
        a, b = rng.integers(1, 25, 2)
        yield *passages(rng, a, b), int(rng.integers(3, a + b + 3))
