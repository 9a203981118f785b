import numpy as np

from zen_transformer.grading import points


def special(mask, rng):
    """The first and the last real token of each text are special; padding is so by chance."""
    result = (rng.random(mask.shape) < 0.5).astype(int) * (1 - mask)
    for row, places in enumerate(map(np.flatnonzero, mask)):
        result[row, places[:1]] = result[row, places[-1:]] = 1
    return result


@points(1)
def two_words_and_padding():
    """Two words and one token of padding; then no padding, and [CLS] and [SEP]."""
    none = np.zeros((1, 3), int)
    yield np.array([[[1.0, -2.0], [3.0, -1.0], [5.0, 5.0]]]), np.array([[1, 1, 0]]), none
    yield np.array([[[1.0, -2.0], [3.0, -1.0]]]), np.array([[1, 1]]), none[:, :2]
    texts = np.array([[[7.0, 7.0], [1.0, -2.0], [3.0, -1.0], [9.0, 9.0]]])
    yield texts, np.array([[1, 1, 1, 1]]), np.array([[1, 0, 0, 1]])


@points(1)
def texts_of_different_length(rng):
    """Batches of texts of different length, padding before and behind."""
    mask = np.array([[1, 1, 1, 0, 0, 0], [1, 1, 1, 1, 1, 1], [0, 1, 1, 1, 1, 0]])
    yield rng.normal(size=(3, 6, rng.integers(2, 5))), mask, special(mask, rng)
    yield rng.normal(size=(3, 6, rng.integers(2, 5))), mask, np.zeros_like(mask)
    batch, length = rng.integers(3, 6), rng.integers(7, 10)
    mask = ((rng.random((batch, length)) < 0.5) | (np.arange(length) < 3)).astype(int)
    yield rng.normal(size=(batch, length, 5)), mask, special(mask, rng)


@points(1)
def texts_without_words(rng):
    """A row of nothing but padding, and one of [CLS] and [SEP] only."""
    yield rng.normal(size=(1, 2, 2)), np.array([[0, 0]]), np.array([[0, 0]])
    mask = np.array([[1, 1, 1, 0], [1, 1, 0, 0], [0, 0, 0, 0]])
    yield rng.normal(size=(3, 4, rng.integers(2, 6))), mask, special(mask, rng)
