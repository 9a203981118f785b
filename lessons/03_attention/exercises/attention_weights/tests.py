import numpy as np

from zen_transformer.grading import points


def drawn(seed, batch, heads, length, keys, head_dim):
    """Queries, keys and a mask that hides nothing."""
    rng = np.random.default_rng(seed)
    query = rng.normal(size=(batch, heads, length, head_dim))
    key = rng.normal(size=(batch, heads, keys, head_dim))
    return query, key, np.ones((batch, keys), bool)


@points(1)
def two_tokens_by_hand():
    """Two tokens, one head: the scores are 1/√2 where a token looks at itself, else 0."""
    yield np.eye(2)[None, None], np.eye(2)[None, None], np.array([[True, True]])


@points(1)
def sizes_that_differ():
    """Batch, heads, queries, keys and head size are all different."""
    yield drawn(0, 1, 1, 1, 3, 2)
    yield drawn(1, 2, 3, 4, 5, 6)


@points(2)
def padding_is_hidden():
    """Texts with padding, also of different length in one batch."""
    query, key, mask = drawn(2, 1, 2, 3, 3, 2)
    mask[0, 2:] = False
    yield query, key, mask
    query, key, mask = drawn(3, 3, 2, 5, 5, 3)
    mask[0, 1:] = mask[2, 4:] = False
    yield query, key, mask


@points(1)
def nothing_to_look_at():
    """A text that is all padding, and scores of a thousand."""
    query, key, mask = drawn(4, 2, 1, 2, 2, 3)
    mask[0] = False
    yield query, key, mask
    query, key, mask = drawn(5, 1, 2, 3, 3, 2)
    yield 1000 * query, key, mask
