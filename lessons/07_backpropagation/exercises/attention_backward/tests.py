import numpy as np

from zen_transformer.grading import points


def drawn(rng, batch, heads, length, keys, head_dim, lengths=None):
    """dC, Q, K, V and the mask; `lengths` are the real keys of each sequence."""
    shapes = [(batch, heads, n, head_dim) for n in (length, length, keys, keys)]
    real = np.arange(keys) < np.array([keys] * batch if lengths is None else lengths)[:, None]
    return *(rng.normal(size=shape) for shape in shapes), real[:, None, None, :]


@points(1)
def two_tokens_by_hand(rng):
    """Two tokens, two heads, two dimensions, as in the lesson."""
    query = np.array([[[[1.0, 0.0], [0.0, 1.0]], [[2.0, 0.0], [0.0, 0.0]]]])
    value = np.array([[[[1.0, 0.0], [0.0, 2.0]], [[1.0, 1.0], [0.0, 1.0]]]])
    dcontext = np.zeros((1, 2, 2, 2))
    dcontext[0, :, 0, 0] = 1.0
    yield dcontext, query, query, value, np.ones((1, 1, 1, 2), bool)
    yield drawn(rng, 1, 2, 3, 3, 4)


@points(1)
def padding(rng):
    """Sequences of different length, one that is nothing but padding, and very low scores."""
    heads, head_dim = map(int, rng.permutation([2, 3]))
    yield drawn(rng, 2, heads, 4, 4, head_dim, [4, 2])
    yield drawn(rng, 2, 1, 2, 2, head_dim, [2, 0])
    yield drawn(rng, 1, heads, 3, 5, head_dim, [int(rng.integers(1, 4))])
    dcontext, query, key, value, mask = drawn(rng, 2, heads, 3, 4, head_dim, [3, 2])
    yield dcontext, -1000 * np.abs(query), np.abs(key) + 1, value, mask
    yield dcontext, 1000 * np.abs(query), np.abs(key) + 1, value, mask


@points(1)
def queries_and_keys_of_different_number(rng):
    """Three queries look at five keys."""
    length, keys, heads, head_dim = map(int, rng.permutation([2, 3, 4, 5]))
    yield drawn(rng, 2, 2, 3, 5, 4, [5, 3])
    yield drawn(rng, 2, heads, length, keys, head_dim, [keys, keys - 1])
