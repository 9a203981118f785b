import numpy as np

from zen_transformer.grading import points

TWO = np.array([0, 0, 1, 1])


def documents(rng):
    """Documents of one to five sentences, a long one and a short one among them."""
    sizes = np.concatenate([[5, 1], rng.integers(1, 6, rng.integers(2, 5))])
    return np.repeat(np.arange(len(sizes)), rng.permutation(sizes))


@points(1)
def what_follows(rng):
    """True pairs, and places where nothing follows."""
    yield TWO, 0, 0, 0.5
    yield TWO, 1, 0, 0.5
    yield TWO, 3, 0, 0.5
    of = documents(rng)
    for here in range(len(of)):
        yield of, here, 0, rng.random()


@points(1)
def from_another_document(rng):
    """False pairs."""
    yield TWO, 0, 1, 0.0
    yield TWO, 2, 1, 0.75
    of = documents(rng)
    for here in (0, *rng.integers(0, len(of), 3).tolist(), len(of) - 1):
        for draw in (0.0, rng.random(), rng.random(), 0.999):
            yield of, here, 1, draw
