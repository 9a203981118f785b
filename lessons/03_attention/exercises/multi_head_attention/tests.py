import numpy as np

from zen_transformer.grading import points


def drawn(rng, batch, length, hidden):
    """Parameters, vectors, and a mask that hides nothing."""
    parameters = {
        name: {"kernel": rng.normal(size=(hidden, hidden)), "bias": rng.normal(size=hidden)}
        for name in ("query", "key", "value", "output")
    }
    return parameters, rng.normal(size=(batch, length, hidden)), np.ones((batch, length), bool)


@points(1)
def one_head(rng):
    """Two tokens, one head."""
    yield *drawn(rng, 1, 2, 2), 1


@points(1)
def two_heads(rng):
    """Several heads; batch, length and sizes are all different."""
    yield *drawn(rng, 1, 3, 4), 2
    batch, length, heads, head_dim = map(int, rng.permutation([2, 3, 4, 5]))
    yield *drawn(rng, batch, length, heads * head_dim), heads


@points(1)
def padding(rng):
    """Texts of different length, one that is all padding, a single text, and very low scores."""
    heads = int(rng.integers(2, 4))
    parameters, x, mask = drawn(rng, 3, 4, 2 * heads)
    mask[0, 1:] = mask[1, 3:] = mask[2] = False
    yield parameters, x, mask, heads
    parameters, x, mask = drawn(rng, 1, int(rng.integers(4, 7)), 3 * heads)
    mask[0, 2:] = False
    yield parameters, x, mask, heads
    parameters, x, mask = drawn(rng, 2, 3, 2 * heads)
    mask[:, 1] = False
    for size in (30, 300):
        low = {name: dict(weights) for name, weights in parameters.items()}
        low["query"]["bias"] = low["query"]["bias"] - size
        low["key"]["bias"] = low["key"]["bias"] + size
        yield low, x, mask, heads
