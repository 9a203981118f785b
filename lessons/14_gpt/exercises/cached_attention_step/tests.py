import numpy as np

from zen_transformer.grading import points


def drawn(seed, heads, capacity, head_dim, place):
    """A new token, and places that all hold something, written now or left from before."""
    rng = np.random.default_rng(seed)
    new = rng.normal(size=(3, heads, head_dim))
    cache = rng.normal(size=(2, heads, capacity, head_dim))
    return *new, *cache, place


@points(1)
def the_second_token():
    """One head, numbers to follow by hand; scores of 0 and 2."""
    keys, values = np.zeros((1, 3, 4)), np.zeros((1, 3, 4))
    values[0, 0] = [4.0, 0.0, 0.0, 0.0]
    key, value = np.array([[1.0, 1.0, 1.0, 1.0]]), np.array([[0.0, 8.0, 0.0, 0.0]])
    yield np.ones((1, 4)), key, value, keys, values, 1


@points(1)
def somewhere_in_the_text():
    """Several heads, and places behind with the keys of another text."""
    yield drawn(0, 2, 5, 3, 2)
    yield drawn(1, 3, 6, 4, 4)


@points(1)
def at_the_ends():
    """The first token of a text, and the last that there is room for."""
    yield drawn(2, 2, 4, 3, 0)
    yield drawn(3, 2, 4, 3, 3)
