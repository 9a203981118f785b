import numpy as np

from zen_transformer.grading import points


def drawn(seed, batch, heads, length, keys, head_dim, lengths=None):
    """dC, Q, K, V and the mask; `lengths` are the real keys of each sequence."""
    rng = np.random.default_rng(seed)
    shapes = [(batch, heads, n, head_dim) for n in (length, length, keys, keys)]
    real = np.arange(keys) < np.array(lengths or [keys] * batch)[:, None]
    return *(rng.normal(size=shape) for shape in shapes), real[:, None, None, :]


@points(1)
def two_tokens_by_hand():
    """Two tokens, two heads, two dimensions, as in the lesson."""
    query = np.array([[[[1.0, 0.0], [0.0, 1.0]], [[2.0, 0.0], [0.0, 0.0]]]])
    value = np.array([[[[1.0, 0.0], [0.0, 2.0]], [[1.0, 1.0], [0.0, 1.0]]]])
    dcontext = np.zeros((1, 2, 2, 2))
    dcontext[0, :, 0, 0] = 1.0
    yield dcontext, query, query, value, np.ones((1, 1, 1, 2), bool)
    yield drawn(0, 1, 2, 3, 3, 4)


@points(1)
def padding():
    """Sequences of different length, and one that is nothing but padding."""
    yield drawn(1, 2, 3, 4, 4, 2, [4, 2])
    yield drawn(2, 2, 1, 2, 2, 3, [2, 0])


@points(1)
def queries_and_keys_of_different_number():
    """Three queries look at five keys."""
    yield drawn(3, 2, 2, 3, 5, 4, [5, 3])
