import numpy as np

from zen_transformer.grading import points


def drawn(seed, batch, length, hidden):
    """Parameters, vectors, and a mask that hides nothing."""
    rng = np.random.default_rng(seed)
    parameters = {
        name: {"kernel": rng.normal(size=(hidden, hidden)), "bias": rng.normal(size=hidden)}
        for name in ("query", "key", "value", "output")
    }
    return parameters, rng.normal(size=(batch, length, hidden)), np.ones((batch, length), bool)


@points(1)
def one_head():
    """Two tokens, one head."""
    yield *drawn(0, 1, 2, 2), 1


@points(1)
def two_heads():
    """Two heads; batch, length and sizes are all different."""
    yield *drawn(1, 1, 3, 4), 2
    yield *drawn(2, 2, 5, 6), 3


@points(1)
def padding():
    """Texts of different length, and one that is all padding."""
    parameters, x, mask = drawn(3, 3, 4, 4)
    mask[0, 1:] = mask[1, 3:] = mask[2] = False
    yield parameters, x, mask, 2
