import numpy as np

from zen_transformer.grading import points


def drawn(rng, batch, heads, length, keys, head_dim):
    """Queries, keys and a mask that hides nothing."""
    query = rng.normal(size=(batch, heads, length, head_dim))
    key = rng.normal(size=(batch, heads, keys, head_dim))
    return query, key, np.ones((batch, keys), bool)


@points(1)
def two_tokens_by_hand():
    """Two tokens, one head: the scores are 1/√2 where a token looks at itself, else 0."""
    yield np.eye(2)[None, None], np.eye(2)[None, None], np.array([[True, True]])


@points(1)
def sizes_that_differ(rng):
    """Batch, heads, queries, keys and head size are all different."""
    yield drawn(rng, 1, 1, 1, 3, 2)
    yield drawn(rng, *rng.permutation([2, 3, 4, 5, 6]))


@points(2)
def padding_is_hidden(rng):
    """Texts with padding, also of different length in one batch."""
    query, key, mask = drawn(rng, 1, 2, 3, 3, 2)
    mask[0, 2:] = False
    yield query, key, mask
    heads, keys, head_dim = rng.permutation([2, 4, 5])
    query, key, mask = drawn(rng, 3, heads, keys + 1, keys + 1, head_dim)
    mask[0, 1:] = mask[2, keys:] = False
    yield query, key, mask
    query, key, mask = drawn(rng, 1, heads, head_dim, keys + 2, 3)
    mask[0, 0] = mask[0, keys] = False
    yield query, key, mask


@points(1)
def nothing_to_look_at(rng):
    """A text that is all padding, and scores of thousands, on both sides of 0."""
    query, key, mask = drawn(rng, 2, 1, 2, 2, 3)
    mask[0] = False
    yield query, key, mask
    query, key, mask = drawn(rng, 1, 2, 3, 3, 2)
    yield 1000 * query, key, mask
    query, key, mask = drawn(rng, 2, rng.integers(2, 4), 3, 4, rng.integers(5, 8))
    query, key = np.abs(query), np.abs(key) + 1
    query[0] *= -1e5
    mask[:, 1] = False
    yield query, key, mask
    yield 0.01 * query, key, mask
    hidden = np.where(mask[:, None, :, None], key, 10 * key)
    yield -0.01 * query, hidden, mask
