import numpy as np

from zen_transformer.grading import points


def ids(*texts):
    return [np.array(text) for text in texts]


def drawn(seed, tokens, vocab):
    """A sample and two documents of few different tokens, so that much agrees by chance."""
    rng = np.random.default_rng(seed)
    sample, *documents = (rng.integers(0, vocab, n) for n in tokens)
    return sample, documents


@points(1)
def by_hand():
    """4 7 7 9 in 1 7 7 9 2: three tokens from the second on; then nothing shared, then all."""
    yield np.array([4, 7, 7, 9]), ids([1, 7, 7, 9, 2])
    yield np.array([4, 4]), ids([1, 2, 3])
    yield np.array([5, 6, 7]), ids([5, 6, 7])


@points(1)
def what_only_looks_copied():
    """Tokens with others between them, in another order, and over the end of a document."""
    yield np.array([1, 2, 3, 4]), ids([1, 9, 2, 9, 3, 9, 4, 1, 2])
    yield np.array([1, 2, 3, 4]), ids([4, 3, 2, 1, 8])
    yield np.array([6, 1, 2, 3, 4, 6]), ids([9, 1, 2], [3, 4, 9])
    yield np.array([1, 2, 8, 3, 4]), ids([3, 4, 0, 1, 2])


@points(1)
def longer_texts():
    """Drawn from few tokens."""
    yield drawn(0, (12, 30, 25), 4)
    yield drawn(1, (20, 40, 10), 5)
    yield drawn(5, (15, 35, 30), 3)
