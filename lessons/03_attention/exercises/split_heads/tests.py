import numpy as np

from zen_transformer.grading import points


def counted(*shape):
    """The numbers 0, 1, 2, … in this shape."""
    return np.arange(np.prod(shape), dtype=float).reshape(shape)


@points(1)
def two_tokens_by_hand():
    """Two tokens of four numbers, two heads."""
    yield counted(2, 1, 4), 2


@points(1)
def sizes_that_differ(rng):
    """Length, batch, heads and head size are all different; also one head, one token, all alike."""
    yield counted(3, 1, 2), 1
    yield counted(1, 2, 6), 3
    yield counted(2, 2, 4), 2
    length, batch, heads, head_dim = map(int, rng.permutation([2, 3, 4, 5]))
    yield counted(length, batch, heads * head_dim), heads
    yield rng.normal(size=(batch, head_dim, heads * length)), heads
