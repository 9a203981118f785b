import numpy as np

from zen_transformer.grading import points


def drawn(rng, capacity, place, loud=1.0):
    """A new token, and places that all hold something, written now or left from before."""
    heads, head_dim = (int(n) for n in rng.permutation([2, 3, 4, 5])[:2])
    query, key, value = rng.normal(size=(3, heads, head_dim))
    keys, values = rng.normal(size=(2, heads, capacity, head_dim))
    return loud * query, key, value, keys, values, place


@points(1)
def the_second_token():
    """One head, numbers to follow by hand; scores of 0 and 2."""
    keys, values = np.zeros((1, 3, 4)), np.zeros((1, 3, 4))
    values[0, 0] = [4.0, 0.0, 0.0, 0.0]
    key, value = np.array([[1.0, 1.0, 1.0, 1.0]]), np.array([[0.0, 8.0, 0.0, 0.0]])
    yield np.ones((1, 4)), key, value, keys, values, 1


@points(1)
def somewhere_in_the_text(rng):
    """Several heads, places behind with the keys of another text, and scores in the thousands."""
    capacity = int(rng.integers(6, 10))
    for loud in (1.0, 1.0, 5000.0):
        yield drawn(rng, capacity, int(rng.integers(2, capacity - 1)), loud)
    query, key, value, keys, values, place = drawn(rng, capacity, 3)
    keys[0], key[0] = keys[0] + 1000, key[0] + 1000  # one head's scores are far from the others'
    query[0] = np.abs(query[0])
    yield query, key, value, keys, values, place


@points(1)
def at_the_ends(rng):
    """The first token of a text, and the last that there is room for."""
    capacity = int(rng.integers(3, 7))
    yield drawn(rng, capacity, 0)
    yield drawn(rng, capacity, capacity - 1)
